/** Request bodies, within a bound. */
import type { IncomingMessage } from 'node:http';
import { gunzip } from 'node:zlib';

/** @returns undefined when it is longer than `limit` bytes; the rest was not read. Rejects when the client goes away. */
export function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > limit) {
      resolve(undefined);
      return;
    }
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= limit) {
        chunks.push(chunk);
        return;
      }
      request.removeAllListeners('data');
      request.pause();
      resolve(undefined);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new Error('The client went away.')));
  });
}

export type Inflated = { readonly body: Buffer } | { readonly failed: 'tooLarge' | 'notGzip' };

/** Unpacks gzip up to `limit` bytes. */
export function inflate(packed: Buffer, limit: number): Promise<Inflated> {
  return new Promise((resolve) => {
    gunzip(packed, { maxOutputLength: limit }, (error: NodeJS.ErrnoException | null, body) => {
      if (error === null) resolve({ body });
      else resolve({ failed: error.code === 'ERR_BUFFER_TOO_LARGE' ? 'tooLarge' : 'notGzip' });
    });
  });
}
