/** The storage accounts that bindings name, as SDK clients; only ones on this machine. */
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { isLoopback } from '../../../shared/config';
import { FlowtrapError } from '../../../shared/errors';

export interface Account {
  readonly blobs: BlobServiceClient;
  readonly queues: QueueServiceClient;
}

const RETRY = { retryOptions: { maxTries: 4, tryTimeoutInMs: 30_000, retryDelayInMs: 500, maxRetryDelayInMs: 4000 } };

/**
 * The account behind a binding's `connection`: the setting `AzureWebJobs<NAME>` first, then `<NAME>`, as the real host looks
 * it up. An absent or empty name means AzureWebJobsStorage.
 * @throws FlowtrapError `configuration` when it is not set, no connection string, or not on this machine.
 */
export function openAccount(connection: string, environment: Readonly<Record<string, string>>): Account {
  const name = connection === '' ? 'AzureWebJobsStorage' : connection;
  const text = environment[`AzureWebJobs${name}`] ?? environment[name];
  if (!text)
    throw new FlowtrapError('configuration', 'does not exist; it must hold a storage connection string.', {
      subject: `Storage account connection string '${name}'`,
      fix: 'The local host knows connection strings only, no identities.',
    });
  const account = parse(name, text);
  for (const url of [account.blobs.url, account.queues.url]) {
    const { hostname } = new URL(url);
    if (!isLoopback(hostname))
      throw new FlowtrapError('configuration', `names ${hostname}, which is not this machine.`, {
        subject: name,
        fix: 'The local host works on Azurite only.',
      });
  }
  return account;
}

function parse(name: string, text: string): Account {
  try {
    return {
      blobs: BlobServiceClient.fromConnectionString(text, RETRY),
      queues: QueueServiceClient.fromConnectionString(text, RETRY),
    };
  } catch {
    // The cause may quote the text, which holds a key.
    throw new FlowtrapError('configuration', 'is no storage connection string.', {
      subject: name,
      fix: 'Expected UseDevelopmentStorage=true or DefaultEndpointsProtocol=…;AccountName=…;AccountKey=…',
    });
  }
}

/** The HTTP status of a storage error, or undefined for other errors (no connection …). */
export function statusOf(error: unknown): number | undefined {
  const status = (error as { statusCode?: unknown } | undefined)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
