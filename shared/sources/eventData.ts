/** EventData of Windows events in the tables: an object in WindowsEvent, XML in Event and SecurityEvent, columns in some. */
import { parseEventDataXml } from '../formats/windowsEvent';
import { type Row, textOf } from './row';

/** The event's named values. */
export function eventData(row: Row): ReadonlyMap<string, string> {
  const value = row.value('EventData');
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return new Map(Object.entries(value).map(([name, member]) => [name, textOf(member as never)]));
  }
  return typeof value === 'string' ? parseEventDataXml(value) : new Map();
}
