/** Windows events as the JSON of common shippers: Winlogbeat, NXLog, Fluent Bit, and the plain form of exports. */
import { type JsonObject, type JsonValue, StringSpan } from '../json';
import type { WindowsEvent } from './event';

const MAX_DATA = 500;

/** The event, or undefined when the object is none of the known shapes. */
export function windowsEventFromJson(record: JsonObject): WindowsEvent | undefined {
  const winlog = objectOf(record.winlog);
  if (winlog !== undefined) return fromWinlogbeat(record, winlog);
  const nested = objectOf(record.Event);
  if (nested !== undefined && objectOf(nested.System) !== undefined) return fromNested(nested);
  return isFlat(record) ? fromFlat(record) : undefined;
}

function isFlat(record: JsonObject): boolean {
  const identified = 'EventID' in record || 'EventId' in record || 'event_id' in record;
  return (
    identified && ['Channel', 'SourceName', 'ProviderName', 'Provider', 'ProviderGuid'].some((key) => key in record)
  );
}

function fromWinlogbeat(record: JsonObject, winlog: JsonObject): WindowsEvent {
  const process = objectOf(winlog.process);
  return event({
    provider: winlog.provider_name,
    channel: winlog.channel,
    eventId: winlog.event_id ?? objectOf(record.event)?.code,
    version: winlog.version,
    level: objectOf(record.log)?.level,
    task: winlog.task,
    opcode: winlog.opcode,
    keywords: Array.isArray(winlog.keywords) ? winlog.keywords.join(',') : winlog.keywords,
    timeCreated: winlog.time_created ?? record['@timestamp'],
    eventRecordId: winlog.record_id,
    computer: winlog.computer_name,
    userSid: objectOf(winlog.user)?.identifier,
    processId: process?.pid,
    threadId: objectOf(process?.thread)?.id,
    data: members(objectOf(winlog.event_data) ?? {}),
  });
}

/** The XML's own structure turned into JSON. */
function fromNested(record: JsonObject): WindowsEvent {
  const system = objectOf(record.System) ?? {};
  const attribute = (name: string, key: string): JsonValue | undefined => {
    const holder = objectOf(system[name]);
    return holder?.[key] ?? holder?.[`@${key}`] ?? objectOf(holder?.['#attributes'])?.[key];
  };
  const content = (name: string): JsonValue | undefined => objectOf(system[name])?.['#text'] ?? system[name];
  return event({
    provider: attribute('Provider', 'Name'),
    channel: content('Channel'),
    eventId: content('EventID'),
    version: content('Version'),
    level: content('Level'),
    task: content('Task'),
    opcode: content('Opcode'),
    keywords: content('Keywords'),
    timeCreated: attribute('TimeCreated', 'SystemTime'),
    eventRecordId: content('EventRecordID'),
    computer: content('Computer'),
    userSid: attribute('Security', 'UserID'),
    processId: attribute('Execution', 'ProcessID'),
    threadId: attribute('Execution', 'ThreadID'),
    data: dataOf(objectOf(record.EventData) ?? {}),
  });
}

/** Members beside each other (NXLog, Fluent Bit, Security-Datasets), or with EventData as an object of its own. */
function fromFlat(record: JsonObject): WindowsEvent {
  const inner = objectOf(record.EventData) ?? objectOf(record.event_data);
  return event({
    provider: record.SourceName ?? record.ProviderName ?? record.Provider,
    channel: record.Channel ?? record.channel,
    eventId: record.EventID ?? record.EventId ?? record.event_id,
    version: record.Version,
    level: record.SeverityValue ?? record.Level,
    task: record.Task,
    opcode: record.OpcodeValue ?? record.Opcode,
    keywords: record.Keywords,
    timeCreated:
      record.UtcTime ?? record.TimeCreated ?? record.EventTime ?? record['@timestamp'] ?? record.TimeGenerated,
    eventRecordId: record.RecordNumber ?? record.EventRecordID ?? record.RecordID,
    computer: record.Hostname ?? record.Computer ?? record.ComputerName ?? record.host,
    userSid: record.UserID ?? record.Sid,
    processId: record.ExecutionProcessID,
    threadId: record.ThreadID ?? record.ExecutionThreadID,
    data: inner === undefined ? members(record) : dataOf(inner),
  });
}

type Values = { readonly [Name in Exclude<keyof WindowsEvent, 'data'>]: JsonValue | undefined };

function event({ data, ...values }: Values & { readonly data: ReadonlyMap<string, string> }): WindowsEvent {
  const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)]));
  return { ...(texts as Record<keyof Values, string>), data };
}

/** `{"Data":[{"@Name":"a","#text":"b"}]}`, or members by name. */
function dataOf(holder: JsonObject): ReadonlyMap<string, string> {
  const list = holder.Data;
  if (!Array.isArray(list)) return members(holder);
  const data = new Map<string, string>();
  for (const [index, item] of list.slice(0, MAX_DATA).entries()) {
    const one = objectOf(item as JsonValue);
    const name = text(one?.Name ?? one?.['@Name']);
    data.set(
      name === '' ? String(index) : name,
      text(one === undefined ? (item as JsonValue) : (one['#text'] ?? one.content)),
    );
  }
  return data;
}

function members(record: JsonObject): ReadonlyMap<string, string> {
  const data = new Map<string, string>();
  for (const [name, value] of Object.entries(record)) {
    if (data.size >= MAX_DATA) break;
    if (typeof value !== 'object') data.set(name, text(value));
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
