/** The JSON objects in which collectors keep the lines that they forward. */
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import type { SyslogLine } from '../formats/syslog';
import { memberOf, textOf } from './row';

/** Members in which collectors keep the original line. */
export const WRAPPED: readonly string[] = [
  'message',
  'Message',
  'MESSAGE',
  'msg',
  'log',
  'SyslogMessage',
  'RawData',
  '_raw',
  'raw',
];

const HOSTS: readonly string[] = [
  'host',
  'hostname',
  'HostName',
  'Computer',
  'computer',
  'source_host',
  '_HOSTNAME',
  'HOSTNAME',
];
const TIMES: readonly string[] = ['@timestamp', 'timestamp', 'time', 'TimeGenerated', 'EventTime'];
/** Journald's clocks, in microseconds: the sender's, then its own. */
const MICROSECONDS: readonly string[] = ['_SOURCE_REALTIME_TIMESTAMP', '__REALTIME_TIMESTAMP'];

/** What a collector's object says in place of a syslog header. */
export function wrappedSyslog(wrapper: JsonObject, message: string): SyslogLine {
  const first = (names: readonly string[]): string => {
    for (const name of names) {
      const value = Object.hasOwn(wrapper, name) ? wrapper[name] : undefined;
      const text = textOf(memberOf(value, 'name') ?? value);
      if (text !== '' && !text.startsWith('{')) return text;
    }
    return '';
  };
  const time = parseLogTime(first(TIMES)) ?? parseLogTime(first(MICROSECONDS).replace(/^(\d{10})(\d{6})$/, '$1.$2'));
  const host = first(HOSTS);
  const program = first(['program', 'ProcessName', 'ident', 'SYSLOG_IDENTIFIER']);
  return {
    message,
    ...(time !== undefined && { time }),
    ...(host !== '' && { host }),
    ...(program !== '' && { program }),
  };
}
