/** The storage accounts: the app's own (state, queues, dead letters) and those whose containers are watched. */
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { isLoopback, type StorageSettings } from '../config';
import { FlowtrapError } from '../errors';
import type { TokenCredential } from './credential';

/** Bounded: a function must not wait for storage longer than for its own time-out. */
const RETRIES = { maxTries: 4, tryTimeoutInMs: 60_000, retryDelayInMs: 500, maxRetryDelayInMs: 8_000 };

export interface Storage {
  /** Name of the app's own account. */
  readonly account: string;
  /** A container of the app's own account. */
  container(name: string): ContainerClient;
  /** The blob service of any account. @throws FlowtrapError `configuration` when it cannot be reached with these settings. */
  blobs(account: string): BlobServiceClient;
  queues(): QueueServiceClient;
}

/**
 * Opens the accounts; sends no request.
 * @param credential needed for the identity form, and for watched containers of other accounts.
 * @throws FlowtrapError `configuration` when the connection string cannot be used.
 */
export function openStorage(settings: StorageSettings, credential: TokenCredential | undefined): Storage {
  const { connection } = settings;
  const options = { retryOptions: RETRIES };
  const services = new Map<string, BlobServiceClient>();
  let own: BlobServiceClient;
  let queues: QueueServiceClient;
  if (connection.kind === 'connectionString') {
    try {
      own = BlobServiceClient.fromConnectionString(connection.value, options);
      queues = QueueServiceClient.fromConnectionString(connection.value, options);
    } catch {
      // The SDK's message may quote the string, and with it the key.
      throw new FlowtrapError('configuration', 'is no usable connection string.', {
        subject: 'AzureWebJobsStorage',
        fix: 'Write DefaultEndpointsProtocol=…;AccountName=…;AccountKey=…, with BlobEndpoint and QueueEndpoint for an emulator.',
      });
    }
  } else {
    const needed = needCredential(credential, 'AzureWebJobsStorage__accountName');
    own = new BlobServiceClient(`https://${connection.account}.blob.core.windows.net`, needed, options);
    queues = new QueueServiceClient(`https://${connection.account}.queue.core.windows.net`, needed, options);
  }
  const emulated = isLoopback(new URL(own.url).hostname);
  services.set(own.accountName, own);
  return {
    account: own.accountName,
    container: (name) => own.getContainerClient(name),
    blobs(account) {
      let service = services.get(account);
      if (service === undefined) {
        if (emulated) {
          throw new FlowtrapError(
            'configuration',
            `names the account ${account}; this machine has ${own.accountName}.`,
            {
              subject: 'FLOW_CONTAINERS',
              fix: `Name ${own.accountName}, or run in Azure: the local storage never reaches another account.`,
            },
          );
        }
        service = new BlobServiceClient(
          `https://${account}.blob.core.windows.net`,
          needCredential(credential, 'FLOW_CONTAINERS'),
          options,
        );
        services.set(account, service);
      }
      return service;
    },
    queues: () => queues,
  };
}

function needCredential(credential: TokenCredential | undefined, setting: string): TokenCredential {
  if (credential !== undefined) return credential;
  throw new FlowtrapError('configuration', 'names an account that needs a managed identity; there is none.', {
    subject: setting,
    fix: 'Give the app an identity with access to it (AZURE_CLIENT_ID for a user-assigned one).',
  });
}
