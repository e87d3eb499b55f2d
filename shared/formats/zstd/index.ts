/**
 * Zstandard (RFC 8878): frames one after the other, as a stream. Dictionaries are not known; checksums are passed over.
 * Node has it itself from version 22.15 on; this is for those before.
 */
import { FlowtrapError } from '../../errors';
import { damaged } from './bits';
import { BlockDecoder, MAX_BLOCK, type Output } from './block';

const MAGIC = 0xfd2fb528;
/** Frames of other content begin with one of sixteen magics, and are passed over. */
const SKIPPED = 0x184d2a5;
/** The farthest that a block may look back; what compressors need a flag for is more. */
const MAX_WINDOW = 128 * 1024 * 1024;
const MAX_HEADER = 18;

/** Whether some bytes begin as zstd does; four are enough to tell. */
export function isZstd(bytes: Uint8Array): boolean {
  return bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
}

/** Unpacks a stream of frames, fed in pieces. */
export class ZstdDecoder {
  private input: Buffer = Buffer.alloc(0);
  private state: 'frame' | 'block' | 'checksum' = 'frame';
  private skip = 0;
  private hasChecksum = false;
  private blocks = new BlockDecoder();
  private output: Output = { bytes: Buffer.alloc(0), length: 0, window: 0 };

  /** Content in pieces of at most 128 KB; each is valid until the next is taken. @throws FlowtrapError `malformed` or `limit`. */
  *feed(chunk: Uint8Array): Generator<Buffer> {
    this.input = this.input.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.input, chunk]);
    for (;;) {
      if (this.skip > 0) {
        const passed = Math.min(this.skip, this.input.length);
        this.take(passed);
        this.skip -= passed;
        if (this.skip > 0) return;
      }
      if (this.state === 'block') {
        const content = this.block();
        if (content === undefined) return;
        if (content.length > 0) yield content;
      } else if (!(this.state === 'frame' ? this.frame() : this.checksum())) return;
    }
  }

  /** @throws FlowtrapError `malformed` when the last frame is not whole. */
  end(): void {
    if (this.state !== 'frame' || this.skip > 0 || this.input.length > 0) {
      throw new FlowtrapError('malformed', 'is cut off.', { subject: 'zstd content', fix: 'Upload the file again.' });
    }
  }

  private take(count: number): Buffer {
    const taken = this.input.subarray(0, count);
    this.input = this.input.subarray(count);
    return taken;
  }

  /** @returns whether the header was there. */
  private frame(): boolean {
    const { input } = this;
    if (input.length < 5) return false;
    const magic = input.readUInt32LE(0);
    if (Math.floor(magic / 16) === SKIPPED) {
      if (input.length < 8) return false;
      this.skip = 8 + input.readUInt32LE(4);
      return true;
    }
    if (magic !== MAGIC) throw damaged();
    const descriptor = input[4] as number;
    const single = (descriptor & 0x20) !== 0;
    const dictionarySize = [0, 1, 2, 4][descriptor & 3] as number;
    const contentSize = [single ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
    const length = 5 + (single ? 0 : 1) + dictionarySize + contentSize;
    if (length > MAX_HEADER || (descriptor & 8) !== 0) throw damaged();
    if (input.length < length) return false;
    let at = 5;
    const windowByte = single ? 0 : (input[at++] as number);
    if (dictionarySize > 0 && input.readUIntLE(at, dictionarySize) !== 0) {
      throw new FlowtrapError('malformed', 'needs a dictionary.', {
        subject: 'zstd content',
        fix: 'Compress the file without one.',
      });
    }
    at += dictionarySize;
    const base = 2 ** (10 + (windowByte >> 3));
    const window = single ? contentSizeAt(input, at, contentSize) : base + (base / 8) * (windowByte & 7);
    if (window > MAX_WINDOW) {
      throw new FlowtrapError('limit', `needs a window of ${window} bytes.`, {
        subject: 'zstd content',
        fix: 'Compress the file without the long mode, or in smaller parts.',
      });
    }
    this.take(length);
    this.hasChecksum = (descriptor & 4) !== 0;
    this.blocks = new BlockDecoder();
    this.output = { bytes: Buffer.allocUnsafe(firstRoom(window)), length: 0, window };
    this.state = 'block';
    return true;
  }

  private block(): Buffer | undefined {
    if (this.input.length < 3) return undefined;
    const header = this.input.readUIntLE(0, 3);
    const kind = (header >> 1) & 3;
    const size = header >> 3;
    const stored = kind === 1 ? 1 : size;
    if (kind === 3 || size > MAX_BLOCK) throw damaged();
    if (this.input.length < 3 + stored) return undefined;
    this.take(3);
    const block = this.take(stored);
    this.makeRoom();
    const { output } = this;
    const from = output.length;
    if (kind === 2) this.blocks.decode(block, output);
    else {
      if (kind === 0) block.copy(output.bytes, from);
      else output.bytes.fill(block[0] as number, from, from + size);
      output.length += size;
    }
    if ((header & 1) === 1) this.state = this.hasChecksum ? 'checksum' : 'frame';
    return output.bytes.subarray(from, output.length);
  }

  /** Room for one block behind the window: the buffer grows up to twice the window, then its end moves to its beginning. */
  private makeRoom(): void {
    const { bytes, length, window } = this.output;
    if (length + MAX_BLOCK <= bytes.length) return;
    const kept = Math.min(length, window);
    const size = Math.max(bytes.length, Math.min(2 * bytes.length, 2 * window + MAX_BLOCK), kept + MAX_BLOCK);
    const roomy = size === bytes.length ? bytes : Buffer.allocUnsafe(size);
    bytes.copy(roomy, 0, length - kept, length);
    this.output = { bytes: roomy, length: kept, window };
  }

  private checksum(): boolean {
    if (this.input.length < 4) return false;
    this.take(4);
    this.state = 'frame';
    return true;
  }
}

function contentSizeAt(input: Buffer, at: number, size: number): number {
  if (size === 8) return Number(input.readBigUInt64LE(at));
  return size === 2 ? input.readUInt16LE(at) + 256 : input.readUIntLE(at, size);
}

/** A claim of a large window alone takes no memory. */
function firstRoom(window: number): number {
  return Math.min(window, 1024 * 1024) + MAX_BLOCK;
}

/** All of some frames at once. @param most bytes of content. @throws FlowtrapError `malformed` or `limit`. */
export function unpackZstd(bytes: Buffer, most: number): Buffer {
  const decoder = new ZstdDecoder();
  const parts: Buffer[] = [];
  let length = 0;
  for (const part of decoder.feed(bytes)) {
    length += part.length;
    if (length > most)
      throw new FlowtrapError('limit', `unpacks to more than ${most} bytes.`, { subject: 'zstd content' });
    parts.push(Buffer.from(part));
  }
  decoder.end();
  return Buffer.concat(parts);
}
