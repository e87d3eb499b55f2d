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

/**
 * When and by whom a message was written.
 * @param before what stands before the mark.
 * @param reference about when, for times without a year, and for messages without any time, as the device sends them by default.
 */
export function asaSender(
  before: string,
  outer: SyslogLine | undefined,
  reference: number,
): { time: number; host: string } {
  const rest = (outer === undefined ? before : outer.message.slice(0, Math.max(outer.message.indexOf('%'), 0)))
    .replace(/^<\d{1,3}>/, '')
    .replace(/^[\s:]+/, '');
  const inner = rest === '' ? undefined : parseSyslog(`${rest}%`, reference);
  const [last = ''] = /[\w.:-]+(?=[\s:]*$)/.exec(inner === undefined ? rest : '') ?? [];
  const host = hostOf(inner) || last.replace(/:+$/, '') || hostOf(outer);
  return { time: inner?.time ?? outer?.time ?? reference, host };
}

/** A name before a colon looks like a program's. */
function hostOf(line: SyslogLine | undefined): string {
  return line?.host ?? line?.program ?? '';
}
