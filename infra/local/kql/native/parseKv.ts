/**
 * parse-kv with quotes, greedy values or no delimiters: the first value of each key. One pass over the text; a quote that is never
 * closed is an ordinary character.
 */
import type { NativeFunction, NativeTable } from './native';

export interface ParseKvOptions {
  /** Undefined for both: every character that is no letter and no digit separates. */
  readonly pair: string | undefined;
  readonly kv: string | undefined;
  /** Texts of one character (opens and closes) or two. */
  readonly quotes: readonly string[];
  readonly escapes: readonly string[];
  /** Whether an unquoted value goes on until the next key. */
  readonly greedy: boolean;
  readonly keys: readonly string[];
}

interface Token {
  readonly text: string;
  readonly end: number;
}

const WORD_CHARACTER = /[\p{L}\p{N}]/u;
const BLANK = /\s/;

/** The quoted text that begins at an offset; undefined where none does. */
function quotedAt(text: string, at: number, { quotes, escapes }: ParseKvOptions): Token | undefined {
  const quote = quotes.find((one) => text[at] === one[0]);
  if (quote === undefined) return undefined;
  const close = quote.at(-1) ?? '';
  let content = '';
  for (let index = at + 1; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (escapes.includes(character) && index + 1 < text.length) {
      index += 1;
      content += text[index];
    } else if (character === close) {
      return { text: content, end: index + 1 };
    } else {
      content += character;
    }
  }
  return undefined;
}

/** The value after a key's first place that has one: what stands in quotes, or a run of letters and digits. */
function withoutDelimiters(text: string, options: ParseKvOptions, found: Map<string, string>): void {
  for (const key of options.keys) {
    if (key === '') continue;
    const isWord = isWordAt(key, 0);
    for (let at = text.indexOf(key); at >= 0 && !found.has(key); at = text.indexOf(key, at + 1)) {
      const end = at + key.length;
      const apart = !(isWord && at > 0 && WORD_CHARACTER.test(text[at - 1] ?? ''));
      if (!apart || end >= text.length || isWordAt(text, end)) continue;
      const value = looseValue(text, end + 1, options);
      if (value !== undefined) found.set(key, value);
    }
  }
}

function looseValue(text: string, from: number, options: ParseKvOptions): string | undefined {
  for (let at = from; at < text.length; at += characterAt(text, at).length) {
    const quoted = quotedAt(text, at, options);
    if (quoted !== undefined) return quoted.text;
    if (!isWordAt(text, at)) continue;
    let end = at;
    while (end < text.length && isWordAt(text, end)) end += characterAt(text, end).length;
    return text.slice(at, end);
  }
  return undefined;
}

function isWordAt(text: string, at: number): boolean {
  return at < text.length && WORD_CHARACTER.test(characterAt(text, at));
}

function characterAt(text: string, at: number): string {
  return String.fromCodePoint(text.codePointAt(at) ?? 0);
}

function delimited(text: string, pair: string, kv: string, options: ParseKvOptions, found: Map<string, string>): void {
  for (let at = 0; at < text.length; ) {
    at = skipBlanks(text, at, pair);
    const quoted = quotedAt(text, at, options);
    const from = quoted?.end ?? at;
    const separator = text.indexOf(kv, from);
    if (separator < 0) return;
    const pairEnd = text.indexOf(pair, from);
    // No key before the next pair.
    if (pairEnd >= 0 && pairEnd < separator) {
      at = pairEnd + pair.length;
      continue;
    }
    const key = quoted?.text ?? text.slice(at, separator).trim();
    const value = valueAt(text, skipBlanks(text, separator + kv.length, pair), pair, kv, options);
    if (!found.has(key)) found.set(key, value.text);
    const next = text.indexOf(pair, value.end);
    if (next < 0) return;
    at = next + pair.length;
  }
}

function valueAt(text: string, at: number, pair: string, kv: string, options: ParseKvOptions): Token {
  const quoted = quotedAt(text, at, options);
  if (quoted !== undefined) return quoted;
  const end = options.greedy ? greedyEnd(text, at, pair, kv) : text.indexOf(pair, at);
  const stop = end < 0 ? text.length : end;
  return { text: text.slice(at, stop).trim(), end: stop };
}

/** Where the pair of the next key begins: the last pair delimiter before a key's delimiter. */
function greedyEnd(text: string, from: number, pair: string, kv: string): number {
  for (let next = text.indexOf(kv, from); next >= 0; next = text.indexOf(kv, next + kv.length)) {
    const end = text.lastIndexOf(pair, next - 1);
    if (next > 0 && end >= from) return end;
  }
  return -1;
}

/** Blanks do not count, but where they separate. */
function skipBlanks(text: string, from: number, pair: string): number {
  let at = from;
  while (at < text.length && BLANK.test(text[at] ?? '') && !text.startsWith(pair, at)) at += 1;
  return at;
}

const parseKv: NativeFunction = (text, optionsJson) => {
  const options = JSON.parse(optionsJson ?? '{}') as ParseKvOptions;
  const found = new Map<string, string>();
  if (options.pair === undefined || options.kv === undefined) withoutDelimiters(text ?? '', options, found);
  else delimited(text ?? '', options.pair, options.kv, options, found);
  return JSON.stringify(options.keys.map((key) => found.get(key) ?? ''));
};

export const PARSE_KV: NativeTable = { parse_kv: [2, parseKv] };
