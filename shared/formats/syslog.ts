/** Syslog headers before a message: RFC 5424, RFC 3164 and what relays and devices make of them. */
import { parseLogTime, ZONES } from './logTime';

export interface SyslogLine {
  readonly priority?: number;
  readonly facility?: number;
  readonly severity?: number;
  /** Milliseconds since the epoch; without a zone it counts as UTC. */
  readonly time?: number;
  readonly host?: string;
  readonly program?: string;
  readonly processId?: string;
  readonly messageId?: string;
  readonly structuredData?: string;
  readonly message: string;
}

const PRIORITY = /^(?:\d{1,6} )?<(\d{1,3})>/;
const RFC5424 = /^1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|\[.*?[^\\]\](?=\s|$))(?: |$)/;
const EPOCH = /^(?:1 )?(\d{10}\.\d{1,9}) (\S+) /;
/** A device's zone after the time: a short name in capitals may be its host's. */
const ZONE = `${[...ZONES.keys()].join('|')}|[+-]\\d{2}:?\\d{2}`;
const OLD_TIME = new RegExp(
  String.raw`^(?:\d{1,10}: )?[*.]?([A-Za-z]{3} {1,2}\d{1,2}(?: \d{4})? \d{2}:\d{2}:\d{2}(?:\.\d{1,9})?)(?: (${ZONE}))?:? `,
);
const NEW_TIME =
  /^(?:\d{1,10}: |1 )?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?):? /;
const HOST = /^([A-Za-z0-9_.:-]{1,255}) /;
/** As Logstash writes a host that it keeps as an object. */
const HOST_OBJECT = /^(?:\{(?:[^{}" ]{1,64}, )?name=([A-Za-z0-9_.:-]{1,255})[^{}"]{0,255}\}|%\{host\}) /;
const TAG = /^([A-Za-z0-9_./-]{1,64})(?:\[(\d{1,10})\])?: ?/;
/** Before each line of OSSEC's and Wazuh's archives: time, agent where there is one, and from where it came. */
const ARCHIVED = /^(\d{4}) ([A-Z][a-z]{2} \d{2}) (\d{2}:\d{2}:\d{2}) (?:\([^()]{1,100}\) )?[^\s>]{1,255}->\S{1,255} /;
/** What clocks and zones may make of a time that has been. */
const MAX_AHEAD = 2 * 86_400_000;
/** Relays that each may have put a header before the line. */
const MAX_HEADERS = 4;

/**
 * What the header says; of several, one for each relay that the line passed, the innermost, which is the device's own.
 * @param reference when the line had been written at the latest, milliseconds since the epoch: a time without a year takes the last
 * year in which it is past.
 * @returns undefined when the line has no syslog header.
 */
export function parseSyslog(line: string, reference: number): SyslogLine | undefined {
  const archived = ARCHIVED.exec(line);
  if (archived !== null) {
    const [all, year, day, clock] = archived;
    const time = parseLogTime(`${day} ${year} ${clock}`);
    const message = line.slice(all.length);
    return parseHeaders(message, reference) ?? { ...(time !== undefined && { time }), message };
  }
  return parseHeaders(line, reference);
}

function parseHeaders(line: string, reference: number): SyslogLine | undefined {
  let found = parseHeader(line, reference);
  for (let relays = 1; found !== undefined && relays < MAX_HEADERS; relays++) {
    if (!PRIORITY.test(found.message) && !OLD_TIME.test(found.message)) break;
    const inner = parseHeader(found.message, reference);
    if (inner === undefined) break;
    const { program: _, processId: _id, messageId: _message, structuredData: _data, ...outer } = found;
    found = { ...outer, ...inner };
  }
  return found;
}

function parseHeader(line: string, reference: number): SyslogLine | undefined {
  let rest = line;
  const found: { -readonly [Name in keyof SyslogLine]?: SyslogLine[Name] } = {};
  const priority = PRIORITY.exec(rest);
  if (priority !== null) {
    const value = Number(priority[1]);
    if (value > 191) return undefined;
    Object.assign(found, { priority: value, facility: value >> 3, severity: value & 7 });
    rest = rest.slice(priority[0].length);
    const structured = RFC5424.exec(rest);
    if (structured !== null) {
      const [all, time = '-', host = '-', program = '-', processId = '-', messageId = '-', data = '-'] = structured;
      const at = parseLogTime(time);
      if (at !== undefined) found.time = at;
      if (host !== '-') found.host = host;
      if (program !== '-') found.program = program;
      if (processId !== '-') found.processId = processId;
      if (messageId !== '-') found.messageId = messageId;
      if (data !== '-') found.structuredData = data;
      return { ...found, message: rest.slice(all.length).replace(/^\ufeff/, '') };
    }
  }
  const epoch = EPOCH.exec(rest);
  if (epoch !== null) {
    const at = parseLogTime(epoch[1] as string);
    return {
      ...found,
      ...(at !== undefined && { time: at }),
      host: epoch[2] as string,
      message: rest.slice(epoch[0].length),
    };
  }
  const old = OLD_TIME.exec(rest);
  const time = old ?? NEW_TIME.exec(rest);
  if (time === null) return priority === null ? undefined : { ...found, message: rest };
  const at = old === null ? parseLogTime(time[1] as string) : withYear(time[1] as string, time[2], reference);
  if (at === undefined) return priority === null ? undefined : { ...found, message: rest };
  found.time = at;
  rest = rest.slice(time[0].length);
  if (rest.startsWith('%{') || (!rest.startsWith('%') && !rest.startsWith(':'))) {
    const host = HOST_OBJECT.exec(rest) ?? HOST.exec(rest);
    if (host !== null && !TAG.test(host[0])) {
      if (host[1] !== undefined) found.host = host[1];
      rest = rest.slice(host[0].length);
    }
  }
  rest = rest.replace(/^: /, '');
  const tag = TAG.exec(rest);
  if (tag !== null) {
    found.program = tag[1] as string;
    if (tag[2] !== undefined) found.processId = tag[2];
    rest = rest.slice(tag[0].length);
  }
  return { ...found, message: rest };
}

function withYear(text: string, zone: string | undefined, reference: number): number | undefined {
  const zoned = zone === undefined ? '' : ` ${zone}`;
  if (/^\S+ +\d+ \d{4} /.test(text)) return parseLogTime(text + zoned);
  const year = new Date(reference).getUTCFullYear();
  const [, month = '', rest = ''] = /^(\S+ +\d+) (.*)$/.exec(text) ?? [];
  // The 29th of February has no year but a leap year.
  for (let candidate = year + 1; candidate >= year - 4; candidate--) {
    const time = parseLogTime(`${month} ${candidate} ${rest}${zoned}`);
    if (time !== undefined && time <= reference + MAX_AHEAD) return time;
  }
  return undefined;
}
