/**
 * Windows events as the JSON of common shippers: Winlogbeat of any age, NXLog, Fluent Bit, Wazuh, OpenTelemetry, the XML's own
 * structure, and the plain form of exports.
 */
import { type JsonObject, type JsonValue, StringSpan } from '../json';
import { parseLogTime } from '../logTime';
import { ecsData } from './ecs';
import type { WindowsEvent } from './event';
import { parseEventDataXml, parseWindowsEvent } from './xml';

const MAX_DATA = 500;

/** The event, or undefined when the object is none of the known shapes. */
export function windowsEventFromJson(record: JsonObject): WindowsEvent | undefined {
  const winlog = objectOf(record.winlog);
  if (winlog !== undefined) return fromWinlogbeat(record, winlog);
  if (isFlat(record)) return fromFlat(record);
  for (const nested of [objectOf(record.Event), record]) {
    const system = objectOf(nested?.System);
    if (nested !== undefined && system !== undefined) return fromNested(nested, system);
  }
  const win = objectOf(record.win) ?? objectOf(objectOf(record.data)?.win);
  const system = objectOf(win?.system);
  if (win !== undefined && system !== undefined) return fromWazuh(system, objectOf(win.eventdata) ?? {});
  if (typeof record.System === 'string') return fromRendered(record.System, record);
  const inner = objectOf(record.body) ?? objectOf(record._source);
  return inner === undefined || '_source' in inner || 'body' in inner ? undefined : windowsEventFromJson(inner);
}

/** Its members beside each other: a number, and who speaks. */
function isFlat(record: JsonObject): boolean {
  if ('EventID' in record || 'EventId' in record)
    return ['Channel', 'SourceName', 'ProviderName', 'Provider', 'ProviderGuid'].some((key) => key in record);
  return 'event_id' in record && ['source_name', 'provider_name', 'provider', 'Channel'].some((key) => key in record);
}

function fromWinlogbeat(record: JsonObject, winlog: JsonObject): WindowsEvent {
  const data = members(objectOf(winlog.event_data) ?? {});
  for (const [name, value] of ecsData(record)) if (!data.has(name)) data.set(name, value);
  return {
    provider: text(winlog.provider_name ?? objectOf(record.event)?.provider),
    channel: text(winlog.channel),
    eventId: text(winlog.event_id ?? objectOf(record.event)?.code),
    timeCreated: text(winlog.time_created ?? record['@timestamp']),
    eventRecordId: text(winlog.record_id),
    computer: text(winlog.computer_name ?? objectOf(record.host)?.name),
    data,
  };
}

/** The XML's own structure turned into JSON. */
function fromNested(record: JsonObject, system: JsonObject): WindowsEvent {
  const attribute = (name: string, key: string): string => {
    const holder = objectOf(system[name]);
    const found = holder?.[key] ?? holder?.[`@${key}`] ?? holder?.[`-${key}`];
    return text(found ?? objectOf(holder?.['#attributes'])?.[key] ?? objectOf(holder?.$)?.[key]);
  };
  const content = (name: string): string => {
    const holder = objectOf(system[name]);
    return text(holder?.['#text'] ?? holder?._ ?? holder?.text ?? system[name]);
  };
  return {
    provider: attribute('Provider', 'Name'),
    channel: content('Channel'),
    eventId: content('EventID'),
    timeCreated: attribute('TimeCreated', 'SystemTime'),
    eventRecordId: content('EventRecordID'),
    computer: content('Computer'),
    data: dataOf(record.EventData),
  };
}

/** Members beside each other (NXLog, Fluent Bit, exports), or with the data as an object of its own (older Winlogbeat, collectors). */
function fromFlat(record: JsonObject): WindowsEvent {
  const first = (...names: readonly string[]): string => {
    for (const name of names) {
      const value = record[name];
      const found = text(value) || text(objectOf(value)?.name) || text(objectOf(value)?.id);
      if (found !== '') return found;
    }
    return '';
  };
  return {
    provider: first('SourceName', 'ProviderName', 'Provider', 'source_name', 'provider_name', 'provider'),
    channel: first('Channel', 'channel', 'log_name'),
    eventId: first('EventID', 'EventId', 'event_id'),
    timeCreated: flatTime(record),
    eventRecordId: first('RecordNumber', 'EventRecordID', 'EventRecordId', 'RecordID', 'record_number', 'record_id'),
    computer: first('Hostname', 'Computer', 'ComputerName', 'computer_name', 'computer', 'host'),
    data: flatData(record),
  };
}

function flatData(record: JsonObject): ReadonlyMap<string, string> {
  for (const name of ['EventData', 'event_data']) {
    const value = record[name];
    if (typeof value === 'string' && value.includes('<Data')) return parseEventDataXml(value);
    if (objectOf(value) !== undefined || Array.isArray(value)) return dataOf(value);
  }
  return Array.isArray(record.StringInserts) ? listed(record.StringInserts) : members(record);
}

const FLAT_TIMES: readonly string[] = [
  'TimeCreated',
  'system_time',
  'EventTime',
  'TimeGenerated',
  'time_created',
  'UtcTime',
  '@timestamp',
  'timestamp',
  'date',
];
const ZONED = /(?:Z|[+-]\d{2}:?\d{2})$|^\d{9,14}(?:\.\d{1,9})?$/;
const HALF_HOUR = 1_800_000;
/** A collector's clock and ours may differ so much. */
const TOLERANCE = 300_000;

/**
 * The first time with a zone. NXLog's EventTime has none and is local: when the record also has the moment of collecting, the zone is
 * the difference in whole half hours.
 */
function flatTime(record: JsonObject): string {
  const times = FLAT_TIMES.map((name) => text(record[name])).filter((time) => time !== '');
  const zoned = times.find((time) => ZONED.test(time));
  const local = text(record.EventTime);
  if (zoned === undefined || local === '' || ZONED.test(local)) return zoned ?? times[0] ?? '';
  const [collected, event] = [parseLogTime(zoned), parseLogTime(local)];
  if (collected === undefined || event === undefined || zoned === text(record.TimeCreated)) return zoned;
  const shift = Math.floor((collected - event + TOLERANCE) / HALF_HOUR) * HALF_HOUR;
  return new Date(event + shift).toISOString();
}

/** Wazuh: names begin in lower case. */
function fromWazuh(system: JsonObject, data: JsonObject): WindowsEvent {
  const named = new Map<string, string>();
  for (const [name, value] of members(data)) named.set(name.slice(0, 1).toUpperCase() + name.slice(1), value);
  const of = (name: string): string => text(system[name]);
  return {
    provider: of('providerName'),
    channel: of('channel'),
    eventId: of('eventID'),
    timeCreated: of('systemTime'),
    eventRecordId: of('eventRecordID'),
    computer: of('computer'),
    data: named,
  };
}

/** Fluent Bit's rendering: the header as XML, the values beside it. */
function fromRendered(xml: string, record: JsonObject): WindowsEvent | undefined {
  const event = parseWindowsEvent(xml);
  if (event === undefined || event.data.size > 0 || !Array.isArray(record.StringInserts)) return event;
  return { ...event, data: listed(record.StringInserts) };
}

/** Values without names by their place. */
function listed(list: readonly unknown[]): ReadonlyMap<string, string> {
  return new Map(list.slice(0, MAX_DATA).map((value, place) => [String(place), text(value as JsonValue)]));
}

/** `{"Data":[{"@Name":"a","#text":"b"}]}`, `[{"a":"b"}]`, or members by name. */
function dataOf(value: JsonValue | undefined): ReadonlyMap<string, string> {
  const holder = objectOf(value);
  const list = holder?.Data ?? holder?.data ?? value;
  if (!Array.isArray(list)) return members(holder ?? {});
  const data = new Map<string, string>();
  for (const [place, item] of list.slice(0, MAX_DATA).entries()) {
    const one = objectOf(item as JsonValue);
    if (one === undefined) {
      data.set(String(place), text(item as JsonValue));
      continue;
    }
    const name = text(
      one.Name ?? one['@Name'] ?? one['-Name'] ?? objectOf(one['#attributes'])?.Name ?? objectOf(one.$)?.Name,
    );
    const content = one['#text'] ?? one._ ?? one.content ?? one.text ?? one.Value ?? one['@Value'];
    if (name !== '') data.set(name, text(content));
    else for (const [member, inner] of members(one)) data.set(member, inner);
  }
  return data;
}

function members(record: JsonObject): Map<string, string> {
  const data = new Map<string, string>();
  for (const name in record) {
    const value = record[name];
    if (typeof value === 'object') continue;
    if (data.size >= MAX_DATA) break;
    data.set(name, text(value));
  }
  return data;
}

function objectOf(value: JsonValue | undefined): JsonObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof StringSpan)
    ? (value as JsonObject)
    : undefined;
}

function text(value: JsonValue | undefined): string {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}
