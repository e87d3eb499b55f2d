import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
export function decompress(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  return Readable.from(source).pipe(createGunzip());
}
