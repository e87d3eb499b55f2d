/**
 * What stands before Cisco ASA's `%ASA-6-302013:`, in all the forms that its settings and relays make of it: nothing at all, a time
 * with or without year and zone (EMBLEM begins with a colon), the device's id, and a relay's own header before these.
 */
import { parseSyslog, type SyslogLine } from '../formats/syslog';

export interface AsaHeader {
  /** Of the first character of `%ASA…`. */
  readonly start: number;
  /** Of the first character of the message's text. */
  readonly text: number;
  readonly product: string;
  readonly level: string;
  readonly id: string;
}

const MARK = /%(ASA|FTD|PIX|FWSM|NGIPS)-(?:\w{0,20}-)?(\d)-(\d{6}):?\s*/;
/** The mark stands near the beginning. */
const MAX_START = 512;

/** @returns undefined for a text without the mark of an ASA or FTD message. */
export function asaHeader(text: string): AsaHeader | undefined {
  if (!text.includes('%')) return undefined;
  const mark = MARK.exec(text);
  if (mark === null || mark.index > MAX_START) return undefined;
  const [all, product = '', level = '', id = ''] = mark;
  return { start: mark.index, text: mark.index + all.length, product, level, id };
}

/** When and by whom a message was written; undefined and empty where its line does not say. */
export interface AsaSender {
  readonly time: number | undefined;
  readonly host: string;
}

/**
 * Reads what stands before the mark.
 * @param reference when the line was kept, milliseconds since the epoch: gives times without a year theirs.
 */
export function asaSender(before: string, outer: SyslogLine | undefined, reference: number): AsaSender {
  const rest = (outer === undefined ? before : outer.message.slice(0, Math.max(outer.message.indexOf('%'), 0)))
    .replace(/^<\d{1,3}>/, '')
    .replace(/^[\s:]+/, '');
  if (rest === '') return { time: outer?.time, host: nameIn(outer) };
  // A relay's header stands before the device's own.
  const inner = parseSyslog(`${rest}%`, reference);
  // In multiple context mode the device's name has its context behind it.
  const [, last = '', colon = ''] =
    inner === undefined ? (/(?:^|\s)([\w.:-]*\w)(?:\/\S{1,64})?\s*(:?)\s*$/.exec(rest) ?? []) : [];
  const own = nameIn(inner) || (colon === '' ? '' : last);
  return { time: inner?.time ?? outer?.time, host: own || (outer?.host ?? last) || nameIn(outer) };
}

/** What stands before a colon looks like a program's name. */
function nameIn(line: SyslogLine | undefined): string {
  return line?.host ?? line?.program ?? '';
}
