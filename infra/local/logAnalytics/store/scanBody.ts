/**
 * One pass over a request body before the database parses it: which properties its records have, and whether it is what a
 * strict JSON parser accepts where DuckDB's is lenient (trailing commas, NaN, deep nesting).
 */

export type ScannedBody =
  | { readonly kind: 'array'; readonly names: ReadonlySet<string> }
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
 * @returns `array` with the names of its objects' properties, `other` for JSON that is no array. Whether all of it is JSON
 * is not decided here.
 */
export function scanBody(body: Buffer): ScannedBody {
  const names = new Set<string>();
  let depth = 0;
  let previous = 0;
  let nameStart = -1;
  let nameEnd = -1;
  let first = 0;
  for (let index = 0; index < body.length; index++) {
    const byte = body[index] as number;
    if (byte <= 0x20) continue;
    if (first === 0) first = byte;
    if (byte === QUOTE) {
      const end = endOfString(body, index + 1);
      if (end < 0) return { kind: 'invalid', why: 'a text that does not end' };
      if (depth === 2) {
        nameStart = index;
        nameEnd = end + 1;
      }
      index = end;
    } else if (byte === COLON) {
      if (depth === 2 && nameStart >= 0 && names.size < MAX_NAMES) names.add(nameOf(body, nameStart, nameEnd));
    } else if (byte === 0x5b || byte === 0x7b) {
      if (++depth > MAX_DEPTH) return { kind: 'invalid', why: `nested deeper than ${MAX_DEPTH}` };
    } else if (byte === 0x5d || byte === 0x7d) {
      if (previous === COMMA) return { kind: 'invalid', why: 'a comma before a closing bracket' };
      depth--;
    } else if (isLenientLetter(byte, previous)) {
      return { kind: 'invalid', why: 'a word that is not true, false or null' };
    }
    previous = byte;
  }
  if (first === 0x5b) return { kind: 'array', names };
  return { kind: 'other' };
}

function endOfString(body: Buffer, from: number): number {
  let end = body.indexOf(QUOTE, from);
  while (end > 0) {
    let backslashes = 0;
    while (body[end - 1 - backslashes] === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = body.indexOf(QUOTE, end + 1);
  }
  return -1;
}

function nameOf(body: Buffer, start: number, end: number): string {
  const text = body.toString('utf8', start + 1, end - 1);
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
