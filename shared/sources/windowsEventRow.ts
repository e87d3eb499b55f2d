/** A Windows event, from XML or from a shipper's JSON, as a row of the table WindowsEvent. */
import type { JsonValue } from '../formats/json';
import type { WindowsEvent } from '../formats/windowsEvent';
import { meaningful, type Row } from './row';

export const WINDOWS_EVENT = 'WindowsEvent';

/** For people: the roads in besides table rows, of every source that reads Windows events. */
export const WINDOWS_EVENT_FORMS: readonly string[] = [
  'Windows event XML',
  'Winlogbeat, NXLog, Fluent Bit, Wazuh and OpenTelemetry JSON',
];

const COLUMNS: ReadonlyMap<string, (event: WindowsEvent) => string> = new Map(
  Object.entries({
    TimeGenerated: (event: WindowsEvent) => event.timeCreated,
    TimeCreated: (event: WindowsEvent) => event.timeCreated,
    Provider: (event: WindowsEvent) => event.provider,
    Channel: (event: WindowsEvent) => event.channel,
    Computer: (event: WindowsEvent) => event.computer,
    EventID: (event: WindowsEvent) => event.eventId,
    EventRecordId: (event: WindowsEvent) => event.eventRecordId,
  }),
);

/** A row with the event's values at hand. */
export class WindowsEventRow implements Row {
  readonly table = WINDOWS_EVENT;

  constructor(private readonly event: WindowsEvent) {}

  /** EventData by name. */
  get data(): ReadonlyMap<string, string> {
    return this.event.data;
  }

  text(column: string): string {
    if (column === 'EventData') return JSON.stringify(this.value(column));
    return meaningful(COLUMNS.get(column)?.(this.event) ?? '');
  }

  value(column: string): JsonValue | undefined {
    if (column === 'EventData') return Object.fromEntries(this.event.data);
    const text = this.text(column);
    return text === '' ? undefined : text;
  }

  columns(): Iterable<string> {
    return [...COLUMNS.keys(), 'EventData'];
  }
}

export function windowsEventRow(event: WindowsEvent): Row {
  return new WindowsEventRow(event);
}

/** What names an event for good: record numbers are the log's, and the log is the computer's. '' where the row has no number. */
export function eventIdentity(row: Row): string {
  const [computer, record] = [row.text('Computer'), row.text('EventRecordId')];
  return computer === '' || record === ''
    ? ''
    : [computer, row.text('Channel'), record].join('/').replaceAll(/\s/g, '');
}
