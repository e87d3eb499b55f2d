/** Checks who asks, as ThreatConnect does: HMAC over path and method with a five-minute clock, or an API token. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface Credentials {
  readonly accessId: string;
  readonly secretKey: string;
  readonly token: string | undefined;
}

const TOLERANCE_SECONDS = 300;

/**
 * @param target path and query as they came over the wire.
 * @returns the service's words for what is wrong, or undefined.
 */
export function refusal(
  request: IncomingMessage,
  target: string,
  credentials: Credentials,
  now: Date,
): string | undefined {
  const authorization = request.headers.authorization ?? '';
  if (authorization.startsWith('TC-Token ')) {
    const known = credentials.token !== undefined && same(authorization.slice(9), credentials.token);
    return known ? undefined : 'Unauthorized';
  }
  const [, accessId = '', signature = ''] = /^TC ([^:]+):(.+)$/.exec(authorization) ?? [];
  if (!same(accessId, credentials.accessId)) return 'Access Denied';
  const timestamp = String(request.headers.timestamp ?? '');
  if (!/^\d{1,12}$/.test(timestamp)) return 'Invalid timestamp';
  if (Math.abs(Number(timestamp) - now.getTime() / 1000) > TOLERANCE_SECONDS) {
    return 'Timestamp out of acceptable time range';
  }
  const expected = createHmac('sha256', credentials.secretKey)
    .update(`${target}:${request.method}:${timestamp}`)
    .digest('base64');
  return same(signature, expected) ? undefined : 'Signature data did not match expected result';
}

function same(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
