/**
 * Reads one JSON object from bytes, leaving the long arrays of named keys where they are: their elements are taken one by
 * one while they are needed, so that a record of a million flow tuples costs its bytes and nothing more.
 */

export type JsonValue = string | number | boolean | null | JsonArray | JsonObject | StringSpan;
export type JsonArray = readonly JsonValue[];
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/** An array that was left in the bytes: from after its `[` to before its `]`. */
export class StringSpan {
  constructor(
    readonly start: number,
    readonly end: number,
  ) {}
}

const MAX_DEPTH = 64;
/** Values in one record, apart from what is left in place. */
const MAX_VALUES = 2_000_000;

/** Thrown inside only; callers get undefined. */
class NotJson extends Error {}

/**
 * @param inPlace keys whose arrays become a StringSpan.
 * @returns the object, or undefined when the bytes are not exactly one JSON object (at most 64 levels deep).
 */
export function readJsonObject(bytes: Buffer, inPlace: ReadonlySet<string>): JsonObject | undefined {
  let at = 0;
  let values = 0;

  function space(): number {
    for (;;) {
      const byte = bytes[at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte ?? -1;
      at++;
    }
  }

  function string(): string {
    const start = ++at;
    let plain = true;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined || byte < 0x20) throw new NotJson();
      if (byte === 0x22) break;
      if (byte === 0x5c) {
        plain = false;
        at++;
      } else if (byte >= 0x80) plain = false;
      at++;
    }
    const end = at++;
    return plain
      ? bytes.toString('latin1', start, end)
      : (JSON.parse(bytes.toString('utf8', start - 1, end + 1)) as string);
  }

  function span(): StringSpan {
    const start = ++at;
    let depth = 0;
    for (;;) {
      const byte = bytes[at];
      if (byte === undefined) throw new NotJson();
      if (byte === 0x22) {
        at++;
        for (let inside = bytes[at]; inside !== 0x22; inside = bytes[++at]) {
          if (inside === undefined) throw new NotJson();
          if (inside === 0x5c) at++;
        }
      } else if (byte === 0x5b) depth++;
      else if (byte === 0x5d && depth-- === 0) return new StringSpan(start, at++);
      at++;
    }
  }

  function value(depth: number, key: string): JsonValue {
    if (++values > MAX_VALUES || depth > MAX_DEPTH) throw new NotJson();
    const byte = space();
    if (byte === 0x22) return string();
    if (byte === 0x7b) return object(depth + 1);
    if (byte === 0x5b) return inPlace.has(key) ? span() : array(depth + 1);
    const start = at;
    while (at < bytes.length && !isEnd(bytes[at] as number)) at++;
    const literal: unknown = JSON.parse(bytes.toString('latin1', start, at));
    if (typeof literal === 'object' && literal !== null) throw new NotJson();
    return literal as JsonValue;
  }

  function array(depth: number): JsonArray {
    const items: JsonValue[] = [];
    at++;
    if (space() === 0x5d) {
      at++;
      return items;
    }
    for (;;) {
      items.push(value(depth, ''));
      const byte = space();
      at++;
      if (byte === 0x5d) return items;
      if (byte !== 0x2c) throw new NotJson();
    }
  }

  function object(depth: number): JsonObject {
    const members = Object.create(null) as Record<string, JsonValue>;
    at++;
    if (space() === 0x7d) {
      at++;
      return members;
    }
    for (;;) {
      if (space() !== 0x22) throw new NotJson();
      const key = string();
      if (space() !== 0x3a) throw new NotJson();
      at++;
      members[key] = value(depth, key);
      const byte = space();
      at++;
      if (byte === 0x7d) return members;
      if (byte !== 0x2c) throw new NotJson();
    }
  }

  try {
    if (space() !== 0x7b) return undefined;
    const result = object(1);
    return space() === -1 && at >= bytes.length ? result : undefined;
  } catch (error) {
    if (error instanceof NotJson || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function isEnd(byte: number): boolean {
  return byte === 0x2c || byte === 0x5d || byte === 0x7d || byte <= 0x20;
}

/** The value if it is an object. */
export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof StringSpan)
    ? (value as JsonObject)
    : undefined;
}

/** The value if it is an array that was read. */
export function asArray(value: JsonValue | undefined): JsonArray | undefined {
  return Array.isArray(value) ? (value as JsonArray) : undefined;
}

/** The value if it is a string, else ''. */
export function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A string or a number as text, anything else as ''. */
export function asScalar(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** Walks the strings of an array that was left in place. */
export class StringCursor {
  /** Place of the current element in the bytes, without its quotes. */
  start = 0;
  end = 0;
  /** Whether the current element is a string; anything else is given as it stands. */
  isString = true;
  private escaped = false;
  private at: number;

  constructor(
    private readonly bytes: Buffer,
    private readonly span: StringSpan,
  ) {
    this.at = span.start;
  }

  next(): boolean {
    const { bytes } = this;
    const stop = this.span.end;
    let at = this.at;
    while (at < stop && ((bytes[at] as number) <= 0x20 || bytes[at] === 0x2c)) at++;
    if (at >= stop) {
      this.at = stop;
      return false;
    }
    this.escaped = false;
    this.isString = bytes[at] === 0x22;
    if (this.isString) {
      this.start = ++at;
      for (let byte = bytes[at]; byte !== 0x22 && at < stop; byte = bytes[++at]) {
        if (byte === 0x5c) {
          this.escaped = true;
          at++;
        }
      }
      this.end = at;
      this.at = at + 1;
    } else {
      this.start = at;
      this.end = this.otherElement(at, stop);
      this.at = this.end;
    }
    return true;
  }

  /** The current string, unescaped; undefined when its escapes are no JSON. */
  text(): string | undefined {
    if (!this.escaped) return this.bytes.toString('latin1', this.start, this.end);
    try {
      return JSON.parse(this.bytes.toString('utf8', this.start - 1, this.end + 1)) as string;
    } catch {
      return undefined;
    }
  }

  /** End of an element that is no string: the next comma outside of its brackets and strings. */
  private otherElement(from: number, stop: number): number {
    let depth = 0;
    let at = from;
    for (; at < stop; at++) {
      const byte = this.bytes[at];
      if (byte === 0x22) {
        at++;
        while (at < stop && this.bytes[at] !== 0x22) at += this.bytes[at] === 0x5c ? 2 : 1;
      } else if (byte === 0x5b || byte === 0x7b) depth++;
      else if (byte === 0x5d || byte === 0x7d) depth--;
      else if (byte === 0x2c && depth <= 0) break;
    }
    return Math.min(at, stop);
  }
}
