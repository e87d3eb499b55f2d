/** A Windows event, from XML or from a shipper's JSON, as a row of the table WindowsEvent. */
import type { JsonValue } from '../formats/json';
import type { WindowsEvent } from '../formats/windowsEvent';
import { meaningful, type Row } from './row';

export const WINDOWS_EVENT = 'WindowsEvent';

const COLUMNS: ReadonlyMap<string, (event: WindowsEvent) => string> = new Map(
  Object.entries({
    TimeGenerated: (event: WindowsEvent) => event.timeCreated,
    TimeCreated: (event: WindowsEvent) => event.timeCreated,
    Provider: (event: WindowsEvent) => event.provider,
    Channel: (event: WindowsEvent) => event.channel,
    Computer: (event: WindowsEvent) => event.computer,
    EventID: (event: WindowsEvent) => event.eventId,
    EventLevel: (event: WindowsEvent) => event.level,
    Task: (event: WindowsEvent) => event.task,
    Opcode: (event: WindowsEvent) => event.opcode,
    Keywords: (event: WindowsEvent) => event.keywords,
    Version: (event: WindowsEvent) => event.version,
    EventRecordId: (event: WindowsEvent) => event.eventRecordId,
    SystemUserId: (event: WindowsEvent) => event.userSid,
    SystemProcessId: (event: WindowsEvent) => event.processId,
    SystemThreadId: (event: WindowsEvent) => event.threadId,
  }),
);

class WindowsEventRow implements Row {
  readonly table = WINDOWS_EVENT;

  constructor(private readonly event: WindowsEvent) {}

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
