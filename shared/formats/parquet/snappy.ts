/** Snappy's raw block format, the usual compression of Parquet pages. */
import { damaged } from './damage';

/** @param size of the content. @throws FlowtrapError `malformed` when the bytes are none that unpack to this size. */
export function unpackSnappy(bytes: Buffer, size: number): Buffer {
  let at = 0;
  let declared = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined || shift > 28) throw damaged('a snappy page is cut off');
    declared += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (declared !== size) throw damaged('a snappy page has another size than it says');
  const content = Buffer.allocUnsafe(size);
  let written = 0;
  while (at < bytes.length) {
    const tag = bytes[at++] as number;
    const kind = tag & 3;
    if (kind === 0) {
      let length = (tag >> 2) + 1;
      if (length > 60) {
        const extra = length - 60;
        if (at + extra > bytes.length) throw damaged('a snappy page is cut off');
        length = bytes.readUIntLE(at, extra) + 1;
        at += extra;
      }
      if (at + length > bytes.length || written + length > size) throw damaged('a snappy page is cut off');
      bytes.copy(content, written, at, at + length);
      at += length;
      written += length;
      continue;
    }
    const width = kind === 3 ? 4 : kind;
    if (at + width > bytes.length) throw damaged('a snappy page is cut off');
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = kind === 1 ? ((tag >> 5) << 8) | (bytes[at] as number) : bytes.readUIntLE(at, width);
    at += width;
    if (offset === 0 || offset > written || written + length > size) throw damaged('a snappy page refers outside');
    // Byte by byte, for what is copied may overlap what it is copied to.
    for (const end = written + length; written < end; written++) content[written] = content[written - offset] as number;
  }
  if (written !== size) throw damaged('a snappy page is cut off');
  return content;
}
