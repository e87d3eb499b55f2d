/** WatchGuard's LEEF form of a log message, turned into the syslog text that Fireware writes by itself. */
import type { LogLine } from './source';

const LEEF = /LEEF:[12]\.0\|WatchGuard\|[^|]{0,40}\|[^|]{0,40}\|([0-9A-F]{4})([0-9A-F]{4})\|(.*)$/is;
const KEY = /(?:^|\s)([A-Za-z][A-Za-z_]{1,40})=/g;
/** Keys that have a place of their own in the text. */
const PLACED: ReadonlySet<string> = new Set(
  'serial policy disp in_if out_if src srcPort dst dstPort icmpType icmpCode proto pckt_len ttl'.split(' '),
);
const MAX_TEXT = 8192;

/** Pairs parted by tabs, which some relays have made `#011` or blanks of. */
function pairs(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  let key = '';
  let from = -1;
  for (const match of text.matchAll(KEY)) {
    if (from >= 0 && !found.has(key)) found.set(key, text.slice(from, match.index).trim());
    key = match[1] as string;
    from = match.index + match[0].length;
  }
  if (from >= 0 && !found.has(key)) found.set(key, text.slice(from).trim());
  return found;
}

export function isWatchGuardLeef({ text }: LogLine): boolean {
  return text.includes('LEEF:') && LEEF.test(text.slice(0, MAX_TEXT));
}

/** @returns undefined for another product’s line. A syslog header takes the word LEEF for a program’s name, so the whole line is read. */
export function watchGuardText({ text }: LogLine): string | undefined {
  const parts = LEEF.exec(text.slice(0, MAX_TEXT));
  if (parts === null) return undefined;
  const [, group = '', number = '', extension = ''] = parts;
  const values = pairs(extension.replaceAll('#011', '\t'));
  const get = (key: string): string => values.get(key) ?? '';
  const icmp = /^icmp/i.test(get('proto'));
  const ends = icmp ? [get('icmpType'), get('icmpCode')] : [get('srcPort'), get('dstPort')];
  const rest = [...values].filter(([key]) => !PLACED.has(key)).map(([key, value]) => `${key}="${value}"`);
  const words = [get('disp'), get('in_if'), get('out_if'), get('proto'), get('src'), get('dst'), ...ends, ...rest];
  return `msg_id="${group}-${number}" ${words.filter((word) => word !== '').join(' ')} (${get('policy')})`;
}
