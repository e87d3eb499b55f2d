/** Objects that collectors put around a record: where they keep it, and what they say in place of a syslog header. */
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import type { SyslogLine } from '../formats/syslog';
import { memberOf, textOf } from './row';

const ORIGINALS: readonly string[] = [
  'rawmsg',
  'message',
  'Message',
  'MESSAGE',
  '@message',
  'msg',
  'log',
  'SyslogMessage',
  'syslog_message',
  'RawData',
  'rawData',
  '_raw',
  'raw',
  'raw_message',
  'rawMessage',
  'raw_log',
  'rawEvent',
  'raw_event',
  'full_message',
  'full_log',
  'original',
  'event.original',
];
const PERHAPS: readonly string[] = [
  'event',
  'result',
  '_source',
  'body',
  'Body',
  'data',
  'text',
  'content',
  'payload',
  'value',
  'record',
  'fields',
  'json',
  'properties',
];
/**
 * Members in which collectors keep the original line or object. What nobody knows in a sure one is another product's; the others have common
 * names, and only what a source knows counts.
 */
export const WRAPPED: readonly { readonly names: readonly string[]; readonly sure: boolean }[] = [
  { names: ORIGINALS, sure: true },
  { names: PERHAPS, sure: false },
];
const ORIGINAL_COLUMNS: ReadonlySet<string> = new Set(ORIGINALS.map((name) => name.toLowerCase()));

/** Whether a column of CSV holds original lines (`_raw`). */
export function isOriginalColumn(name: string): boolean {
  return ORIGINAL_COLUMNS.has(name.toLowerCase());
}

const HOSTS: readonly string[] = [
  'host',
  'hostname',
  'HostName',
  'Computer',
  'computer',
  'source_host',
  '_HOSTNAME',
  'HOSTNAME',
  'HOST',
  'host.hostname',
  'host.name',
  'fromhost',
];
const TIMES: readonly string[] = [
  '@timestamp',
  'timestamp',
  'timereported',
  'time',
  'TimeGenerated',
  'EventTime',
  'ISODATE',
  '_time',
  // Journald's clocks: the sender's, then its own.
  '_SOURCE_REALTIME_TIMESTAMP',
  '__REALTIME_TIMESTAMP',
];
const PROGRAMS: readonly string[] = ['program', 'ProcessName', 'ident', 'SYSLOG_IDENTIFIER', 'programname', 'PROGRAM'];

/** What a collector's object says in place of a syslog header. */
export function wrappedSyslog(wrapper: JsonObject, message: string): SyslogLine {
  const texts = (names: readonly string[]): string[] =>
    names.map((name) => {
      const value = Object.hasOwn(wrapper, name) ? wrapper[name] : undefined;
      const text = textOf(memberOf(value, 'name') ?? value);
      return text.startsWith('{') ? '' : text;
    });
  const time = texts(TIMES)
    .map(parseLogTime)
    .find((one) => one !== undefined);
  const host = texts(HOSTS).find((text) => text !== '');
  const program = texts(PROGRAMS).find((text) => text !== '');
  return {
    message,
    ...(time !== undefined && { time }),
    ...(host !== undefined && { host }),
    ...(program !== undefined && { program }),
  };
}

/** Longest time and tag before a record that Fluentd wrote. */
const MAX_TAG = 256;

/** The JSON object behind Fluentd's time and tag, else the line itself. */
export function afterTag(text: string): string {
  const tab = text.indexOf('\t{');
  return tab > 0 && tab <= MAX_TAG ? text.slice(tab + 1) : text;
}
