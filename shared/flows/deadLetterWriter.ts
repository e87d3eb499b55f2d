/** Gathers dead letters of one blob and writes them in pieces of bounded size. */
import { isUtf8 } from 'node:buffer';
import type { DeadLetter, DeadLetters } from '../ports';

const MOST_RECORDS = 500;
const MOST_BYTES = 1_000_000;
/** Of one record; the rest of a longer one stays in the blob. */
const RECORD_BYTES = 64 * 1024;

export class DeadLetterWriter {
  private waiting: DeadLetter[] = [];
  private bytes = 0;

  /** @param blob `account/container/name`. */
  constructor(
    private readonly deadLetters: DeadLetters,
    private readonly blob: string,
  ) {}

  add(letter: { reason: string; offset: number; length: number; record: Uint8Array | string }): void {
    const { reason, offset, length } = letter;
    const whole = typeof letter.record === 'string' ? Buffer.from(letter.record) : letter.record;
    const bytes = Buffer.from(whole.buffer, whole.byteOffset, Math.min(whole.length, RECORD_BYTES));
    const text = whole.length > RECORD_BYTES ? cut(bytes) : bytes;
    const encoding = isUtf8(text) ? 'utf8' : 'base64';
    this.waiting.push({ reason, blob: this.blob, offset, length, record: text.toString(encoding), encoding });
    this.bytes += text.length + 200;
  }

  /** Whether it is time to write. */
  get full(): boolean {
    return this.waiting.length >= MOST_RECORDS || this.bytes >= MOST_BYTES;
  }

  /** @param source names the file. */
  async flush(source: string): Promise<void> {
    if (this.waiting.length === 0) return;
    // Answers to uploads in flight add letters meanwhile: these wait for the next time.
    const { waiting, bytes } = this;
    this.waiting = [];
    this.bytes = 0;
    try {
      await this.deadLetters.write(source, waiting);
    } catch (error) {
      this.waiting = [...waiting, ...this.waiting];
      this.bytes += bytes;
      throw error;
    }
  }
}

/** Without the bytes of a character that the limit cut in two. */
function cut(bytes: Buffer): Buffer {
  for (let less = 0; less < 4; less++) {
    const shorter = bytes.subarray(0, bytes.length - less);
    if (isUtf8(shorter)) return shorter;
  }
  return bytes;
}
