/** The DeadLetters port: append blobs `<yyyy>/<mm>/<dd>/<source>.jsonl` in a container of the app's own account. */
import type { ContainerClient } from '@azure/storage-blob';
import { FlowtrapError } from '../errors';
import type { Clock, DeadLetter, DeadLetters } from '../ports';
import type { Storage } from './storage';
import { hasCode, storageError } from './storageError';

export const DEAD_LETTER_CONTAINER = 'flowtrap-dead-letters';
const SETTING = 'AzureWebJobsStorage';
/** Bytes of one append: the limit of every version of the service. */
const APPEND_BYTES = 4 * 1024 * 1024;
/** After 50,000 appends a blob is full; then `<source>_1.jsonl`, `<source>_2.jsonl` … */
const MOST_FILES = 1000;

/** @param containerName other than the default only in tests. */
export function createDeadLetters(storage: Storage, clock: Clock, containerName = DEAD_LETTER_CONTAINER): DeadLetters {
  const container = storage.container(containerName);
  /** Which file of a day is the one with room, so that full ones are not tried again. */
  const current = new Map<string, number>();

  return {
    async write(source, records) {
      const day = clock.now().toISOString().slice(0, 10).replaceAll('-', '/');
      const base = `${day}/${/^[A-Za-z0-9_-]{1,80}$/.test(source) ? source : 'unknown'}`;
      for (const part of parts(records)) {
        for (let number = current.get(base) ?? 0; ; number++) {
          if (number > MOST_FILES)
            throw new FlowtrapError('limit', `more than ${MOST_FILES} dead-letter files in one day.`, {
              subject: `${containerName}/${base}`,
              fix: 'See why so much is refused: the files tell the reasons.',
            });
          const name = number === 0 ? `${base}.jsonl` : `${base}_${number}.jsonl`;
          if (await append(container, name, part)) {
            if (current.size > 200) current.clear();
            current.set(base, number);
            break;
          }
        }
      }
    },
  };
}

/** The records as JSON lines, in pieces of one append. */
function* parts(records: readonly DeadLetter[]): Iterable<Buffer> {
  let lines: Buffer[] = [];
  let bytes = 0;
  for (const record of records) {
    const line = Buffer.from(`${JSON.stringify(record)}\n`);
    if (bytes + line.length > APPEND_BYTES && bytes > 0) {
      yield Buffer.concat(lines);
      lines = [];
      bytes = 0;
    }
    lines.push(line);
    bytes += line.length;
  }
  if (bytes > 0) yield Buffer.concat(lines);
}

/** @returns false when the blob takes no more appends. */
async function append(container: ContainerClient, name: string, bytes: Buffer): Promise<boolean> {
  const blob = container.getAppendBlobClient(name);
  for (let attempt = 1; ; attempt++) {
    try {
      await blob.appendBlock(bytes, bytes.length, { abortSignal: AbortSignal.timeout(60_000) });
      return true;
    } catch (error) {
      if (hasCode(error, 'BlockCountExceedsLimit', 'MaxBlobSizeConditionNotMet')) return false;
      const missing = hasCode(error, 'BlobNotFound', 'ContainerNotFound');
      if (!missing || attempt > 1) throw storageError(error, `${container.containerName}/${name}`, SETTING);
      try {
        await container.createIfNotExists();
        await blob.createIfNotExists({ blobHTTPHeaders: { blobContentType: 'application/x-ndjson' } });
      } catch (made) {
        throw storageError(made, `${container.containerName}/${name}`, SETTING);
      }
    }
  }
}
