/** BlobCreated events as Azure Storage sends them through Event Grid (schema of Microsoft.Storage, and CloudEvents 1.0). */
import { randomUUID } from 'node:crypto';

/** What a listing tells of a blob that was made or written. */
export interface CreatedBlob {
  readonly account: string;
  readonly container: string;
  readonly name: string;
  readonly etag: string;
  readonly contentType: string;
  /** Bytes at the time of the event: 0 for an append blob, whose creation alone is told. */
  readonly contentLength: number;
  readonly blobType: 'BlockBlob' | 'AppendBlob' | 'PageBlob';
  readonly api: 'PutBlob' | 'PutBlockList';
  readonly time: Date;
}

export type EventSchema = 'eventGrid' | 'cloudEvents';

const TOPIC =
  '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/flowtrap-local/providers/Microsoft.Storage/storageAccounts/';

let sequence = 0;

/**
 * The event's JSON. The URL is the one that the account would have in Azure, its name percent-encoded; the subject holds the
 * name as it is.
 */
export function blobCreated(blob: CreatedBlob, schema: EventSchema): object {
  const path = blob.name.split('/').map(encodeURIComponent).join('/');
  const etag = blob.etag.startsWith('"') ? blob.etag : `"${blob.etag}"`;
  const data = {
    api: blob.api,
    clientRequestId: randomUUID(),
    requestId: randomUUID(),
    eTag: etag,
    contentType: blob.contentType,
    contentLength: blob.contentLength,
    blobType: blob.blobType,
    url: `https://${blob.account}.blob.core.windows.net/${blob.container}/${path}`,
    sequencer: nextSequencer(),
    storageDiagnostics: { batchId: randomUUID() },
  };
  const topic = TOPIC + blob.account;
  const subject = `/blobServices/default/containers/${blob.container}/blobs/${blob.name}`;
  const type = 'Microsoft.Storage.BlobCreated';
  const time = blob.time.toISOString();
  const id = randomUUID();
  return schema === 'cloudEvents'
    ? { source: topic, subject, type, time, id, data, specversion: '1.0' }
    : { topic, subject, eventType: type, eventTime: time, id, data, dataVersion: '', metadataVersion: '1' };
}

/** Orders the events of one blob by comparing texts. */
function nextSequencer(): string {
  sequence++;
  return Date.now().toString(16).padStart(16, '0') + sequence.toString(16).padStart(16, '0');
}
