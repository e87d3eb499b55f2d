/** Puts the user's own log files (`--logs PATH`) into the stack's storage, as a shipper would. */
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { Readable } from 'node:stream';
import { BlobServiceClient } from '@azure/storage-blob';
import { FlowtrapError } from '../../../shared/errors';
import { LOCAL } from './localIdentifiers';

const BLOCK_BYTES = 4 * 1024 * 1024;
const BLOCKS_AT_ONCE = 4;

/**
 * Uploads one file, or every file below a folder under its relative path (so that paths which tell a format still do).
 * @returns the number of files.
 * @throws FlowtrapError `notFound` when there is no such file, or none in the folder.
 */
export async function uploadLogs(
  connectionString: string,
  path: string,
  onProgress: (line: string) => void,
): Promise<number> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new FlowtrapError('notFound', 'there is no such file or folder.', { subject: path });
  const files = info.isDirectory() ? await filesBelow(path) : [path];
  if (files.length === 0) throw new FlowtrapError('notFound', 'the folder holds no file.', { subject: path });
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient(LOCAL.logsContainer);
  await container.createIfNotExists();
  for (const [index, file] of files.entries()) {
    const name = info.isDirectory() ? relative(path, file).split(sep).join('/') : basename(file);
    onProgress(`uploading ${index + 1} of ${files.length}: ${name}`);
    await container.getBlockBlobClient(name).uploadStream(Readable.from(wholeLines(file)), BLOCK_BYTES, BLOCKS_AT_ONCE);
  }
  return files.length;
}

/** The file's bytes; a text whose last line has no end gets one: a log that may still grow keeps such a line waiting. */
async function* wholeLines(file: string): AsyncGenerator<Buffer> {
  let first: Buffer | undefined;
  let last: Buffer | undefined;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    first ??= chunk;
    last = chunk;
    yield chunk;
  }
  const isText = first !== undefined && !first.subarray(0, 512).includes(0) && first[0] !== 0x1f;
  if (isText && last?.at(-1) !== 0x0a) yield Buffer.from('\n');
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
