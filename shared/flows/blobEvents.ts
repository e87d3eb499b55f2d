/**
 * What a message on the blob queue asks for: Event Grid events (their own schema or CloudEvents, one or a list) and our own
 * messages, turned into blob addresses. Nothing in a message is trusted beyond naming a blob.
 */
import { isLoopback } from '../config';
import { FlowtrapError } from '../errors';
import type { BlobAddress } from '../ports';

/** What Flowtrap itself puts on the blob queue. */
export interface BlobMessage extends BlobAddress {
  readonly kind: 'blob';
  /** Read the blob from its first byte again. */
  readonly fromStart?: boolean;
  /** Also when its sessions are too old to keep their time in the service. */
  readonly allowLate?: boolean;
}

/** One thing that a message asks for. */
export type BlobRequest =
  | { readonly kind: 'blob'; readonly blob: BlobAddress; readonly fromStart: boolean; readonly allowLate: boolean }
  /** An event that is not about a new or changed blob. */
  | { readonly kind: 'otherEvent'; readonly type: string }
  | { readonly kind: 'malformed'; readonly problem: string };

/** Events in one message: Event Grid sends one to a queue; a list is bounded all the same. */
const MOST_EVENTS = 1000;
const CREATED = 'Microsoft.Storage.BlobCreated';
const ACCOUNT = /^[a-z0-9]{3,24}$/;
const CONTAINER = /^(\$logs|\$root|(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*)$/;
const NAME_LIMIT = 1024;

/** @param message what the queue trigger gave: parsed JSON, or text. Never throws: what cannot be read is `malformed`. */
export function readBlobMessage(message: unknown): BlobRequest[] {
  let content = message;
  if (typeof message === 'string') {
    try {
      content = JSON.parse(message);
    } catch {
      return [malformed('it is no JSON', message)];
    }
  }
  if (!Array.isArray(content)) return [readEvent(content)];
  if (content.length === 0) return [malformed('it is an empty list', content)];
  const requests = content.slice(0, MOST_EVENTS).map(readEvent);
  if (content.length > MOST_EVENTS)
    requests.push(malformed(`it holds ${content.length} events; only ${MOST_EVENTS} were taken`, ''));
  return requests;
}

function readEvent(event: unknown): BlobRequest {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) return malformed('it is no event', event);
  const fields = event as Record<string, unknown>;
  if (fields.kind === 'blob') return request(fields, fields, event);
  const type = fields.eventType ?? fields.type;
  if (typeof type !== 'string') return malformed('it has neither eventType nor type', event);
  if (type !== CREATED) return { kind: 'otherEvent', type: type.slice(0, 100) };
  const url = (fields.data as Record<string, unknown> | null | undefined)?.url;
  if (typeof url !== 'string') return malformed('it has no data.url', event);
  const address = readBlobUrl(url);
  if (address === undefined) return malformed('its data.url names no blob', event);
  return request({ ...address, account: accountOfTopic(fields) ?? address.account }, {}, event);
}

function request(
  address: Partial<Record<keyof BlobAddress, unknown>>,
  options: BlobMessageOptions,
  event: unknown,
): BlobRequest {
  const { account, container, name } = address;
  if (typeof account !== 'string' || !ACCOUNT.test(account)) return malformed('its account is no account name', event);
  if (typeof container !== 'string' || !CONTAINER.test(container))
    return malformed('its container is no container name', event);
  if (typeof name !== 'string' || !isBlobName(name)) return malformed('its blob name cannot be addressed', event);
  return {
    kind: 'blob',
    blob: { account, container, name },
    fromStart: options.fromStart === true,
    allowLate: options.allowLate === true,
  };
}

interface BlobMessageOptions {
  readonly fromStart?: unknown;
  readonly allowLate?: unknown;
}

/** Whether a name addresses just this blob: a URL takes `.` and `..` as segments for a way to another one. */
export function isBlobName(name: string): boolean {
  if (name.length === 0 || name.length > NAME_LIMIT || /(^|[/\\])\.{1,2}([/\\]|$)/.test(name)) return false;
  // A lone surrogate has no UTF-8 form.
  return Buffer.from(name).toString() === name;
}

/**
 * The address in `account/container/name`, as a rerun request gives it.
 * @throws FlowtrapError `malformed`.
 */
export function parseBlobAddress(path: string): BlobAddress {
  const [account = '', container = '', ...name] = path.split('/');
  const parsed = request({ account, container, name: name.join('/') }, {}, path);
  if (parsed.kind === 'blob') return parsed.blob;
  throw new FlowtrapError('malformed', 'it names no blob.', {
    subject: path.slice(0, 200),
    fix: 'Write account/container/name.',
  });
}

/** `https://<account>.blob.core.windows.net/<container>/<name>`, or path style on loopback: `http://127.0.0.1:…/<account>/…`. */
function readBlobUrl(text: string): BlobAddress | undefined {
  // Not URL.pathname: it would resolve `..` segments, and the name must be seen as it was written.
  const match = /^https?:\/\/([^/?#]+)\/([^?#]*)/i.exec(text);
  const authority = match?.[1];
  if (match === null || authority === undefined) return undefined;
  const host = authority.replace(/:\d+$/, '').toLowerCase();
  const segments = (match[2] ?? '').split('/');
  const account = isLoopback(host) ? segments.shift() : host.split('.')[0];
  const container = segments.shift();
  try {
    return { account: account ?? '', container: container ?? '', name: decodeURIComponent(segments.join('/')) };
  } catch {
    return undefined;
  }
}

/** The account in `…/storageAccounts/<account>`: right also behind a custom domain. */
function accountOfTopic(event: Record<string, unknown>): string | undefined {
  const topic = event.topic ?? event.source;
  const account = typeof topic === 'string' ? /\/storageAccounts\/([^/]+)/i.exec(topic)?.[1]?.toLowerCase() : undefined;
  return account !== undefined && ACCOUNT.test(account) ? account : undefined;
}

function malformed(why: string, content: unknown): BlobRequest {
  const text = typeof content === 'string' ? content : (JSON.stringify(content) ?? '');
  return {
    kind: 'malformed',
    problem: `a message on the blob queue cannot be used: ${why}. It begins: ${text.slice(0, 200)}`,
  };
}
