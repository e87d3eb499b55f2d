/** LZ4 blocks: bare (LZ4_RAW), or with the sizes before them that Hadoop writes. */
import { damaged } from './damage';

/** @param size of the content. @throws FlowtrapError `malformed` when the bytes are none that unpack to this size. */
export function unpackLz4(bytes: Buffer, size: number): Buffer {
  const content = Buffer.allocUnsafe(size);
  const written = block(bytes, content, 0);
  if (written !== size) throw damaged('an LZ4 page is cut off');
  return content;
}

/** The older codec: blocks with two sizes in front (big-endian), or a bare one. */
export function unpackHadoopLz4(bytes: Buffer, size: number): Buffer {
  const content = Buffer.allocUnsafe(size);
  let at = 0;
  let written = 0;
  while (at + 8 <= bytes.length && written < size) {
    const length = bytes.readUInt32BE(at + 4);
    if (written + bytes.readUInt32BE(at) > size || at + 8 + length > bytes.length) return unpackLz4(bytes, size);
    written = block(bytes.subarray(at + 8, at + 8 + length), content, written);
    at += 8 + length;
  }
  if (written !== size) throw damaged('an LZ4 page is cut off');
  return content;
}

function block(bytes: Buffer, content: Buffer, from: number): number {
  let at = 0;
  let written = from;
  const longer = (length: number): number => {
    let sum = length;
    for (let byte = 255; length === 15 && byte === 255; sum += byte) {
      byte = bytes[at++] ?? -1;
      if (byte < 0) throw damaged('an LZ4 page is cut off');
    }
    return sum;
  };
  while (at < bytes.length) {
    const token = bytes[at++] as number;
    const literals = longer(token >> 4);
    if (at + literals > bytes.length || written + literals > content.length) throw damaged('an LZ4 page is cut off');
    bytes.copy(content, written, at, at + literals);
    at += literals;
    written += literals;
    // The last literals are followed by nothing.
    if (at >= bytes.length) break;
    if (at + 2 > bytes.length) throw damaged('an LZ4 page is cut off');
    const offset = bytes.readUInt16LE(at);
    at += 2;
    const length = longer(token & 15) + 4;
    if (offset === 0 || offset > written || written + length > content.length) {
      throw damaged('an LZ4 page refers outside');
    }
    for (const end = written + length; written < end; written++) content[written] = content[written - offset] as number;
  }
  return written;
}
