/**
 * One pass over a request body before the database parses it: which properties its records have, and whether it is what a
 * strict JSON parser accepts where DuckDB's is lenient (trailing commas, NaN, deep nesting).
 */

export interface ScannedArray {
  readonly kind: 'array';
  readonly elements: number;
  /** Those elements that are objects. */
  readonly objects: number;
  readonly names: ReadonlySet<string>;
  /** Bytes of its longest object or array. */
  readonly longest: number;
}

export type ScannedBody =
  | ScannedArray
  | { readonly kind: 'other' }
  | { readonly kind: 'invalid'; readonly why: string };

/** Deeper than any record of a log; a bound for whoever parses it next. */
const MAX_DEPTH = 200;
/** Property names are kept for a message; beyond this many the rest is only unknown. */
const MAX_NAMES = 2000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;

/**
 * @param body UTF-8.
 * @returns `array` with the number of its elements, the names of its objects' properties and their size, `other` for JSON that is no
 * array. Whether all of it is JSON is not decided here.
 */
export function scanBody(body: Buffer): ScannedBody {
  const names = new Names(body);
  let depth = 0;
  let previous = 0;
  let first = 0;
  let elements = 0;
  let objects = 0;
  let textStart = 0;
  let textEnd = 0;
  let recordStart = 0;
  let longest = 0;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number;
    if (byte <= 0x20) continue;
    if (first === 0) first = byte;
    else if (depth === 1 && (previous === COMMA || previous === 0x5b)) elements += byte === 0x5d ? 0 : 1;
    if (byte === QUOTE) {
      textStart = index + 1;
      textEnd = endOfText(body, textStart);
      if (textEnd < 0) return { kind: 'invalid', why: 'a text that does not end' };
      index = textEnd;
    } else if (byte === COLON) {
      if (depth === 2) names.add(textStart, textEnd);
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_DEPTH) return { kind: 'invalid', why: `nested deeper than ${MAX_DEPTH}` };
      if (depth === 2) {
        if (byte === 0x7b) objects++;
        names.nextObject();
        recordStart = index;
      }
    } else if (byte === 0x5d || byte === 0x7d) {
      if (previous === COMMA) return { kind: 'invalid', why: 'a comma before a closing bracket' };
      if (depth-- === 2) longest = Math.max(longest, index + 1 - recordStart);
    } else if (isLenientLetter(byte, previous)) {
      return { kind: 'invalid', why: 'a word that is not true, false or null' };
    }
    previous = byte;
  }
  return first === 0x5b ? { kind: 'array', elements, objects, names: names.all, longest } : { kind: 'other' };
}

function endOfText(body: Buffer, from: number): number {
  for (let index = from; index < body.length; index++) {
    const byte = body[index];
    if (byte === QUOTE) return index;
    if (byte === BACKSLASH) index++;
  }
  return -1;
}

/** Collects names; those of an object like the one before it are only compared, not made into strings. */
class Names {
  readonly all = new Set<string>();
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private position = 0;

  constructor(private readonly body: Buffer) {}

  nextObject(): void {
    this.position = 0;
  }

  add(start: number, end: number): void {
    const at = this.position++;
    const known = this.starts[at];
    const same =
      known !== undefined && (this.ends[at] ?? 0) - known === end - start && this.equal(known, start, end - start);
    if (same || this.all.size >= MAX_NAMES) return;
    this.starts[at] = start;
    this.ends[at] = end;
    this.all.add(nameOf(this.body, start, end));
  }

  private equal(one: number, other: number, length: number): boolean {
    for (let offset = 0; offset < length; offset++) {
      if (this.body[one + offset] !== this.body[other + offset]) return false;
    }
    return true;
  }
}

function nameOf(body: Buffer, start: number, end: number): string {
  const text = body.toString('utf8', start, end);
  if (!text.includes('\\')) return text;
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return text;
  }
}

/** Letters of NaN, Infinity and their spellings in any case: `n` begins null and `a` only follows the f of false. */
function isLenientLetter(byte: number, previous: number): boolean {
  if (byte === 0x4e || byte === 0x49 || byte === 0x69) return true;
  return (byte === 0x61 || byte === 0x41) && previous !== 0x66;
}
