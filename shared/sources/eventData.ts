/**
 * EventData of Windows events: an object in WindowsEvent, XML in Event and SecurityEvent, and what is left of it where a shipper
 * kept the values without their names.
 */
import { parseEventDataXml } from '../formats/windowsEvent';
import { meaningful, type Row, textOf } from './row';
import { WindowsEventRow } from './windowsEventRow';

/** Columns that hold the values as XML, the better one first. */
const XML_COLUMNS: readonly string[] = ['EventData', 'RawEventData', 'ParameterXml'];

/**
 * The event's named values.
 * @param names what the event calls its values, in order, when there are so many of them; for those that came without names.
 */
export function eventData(
  row: Row,
  names: (count: number) => readonly string[] | undefined,
): ReadonlyMap<string, string> {
  const data = read(row);
  return data.has('0') ? named(data, names) : data;
}

function read(row: Row): ReadonlyMap<string, string> {
  if (row instanceof WindowsEventRow) return row.data;
  for (const column of XML_COLUMNS) {
    const value = row.value(column);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return new Map(Object.entries(value).map(([name, member]) => [name, textOf(member as never)]));
    }
    const data = typeof value === 'string' ? parseEventDataXml(value) : undefined;
    if (data !== undefined && data.size > 0) return data;
  }
  return new Map();
}

function named(
  data: ReadonlyMap<string, string>,
  names: (count: number) => readonly string[] | undefined,
): ReadonlyMap<string, string> {
  let count = 0;
  while (data.has(String(count))) count++;
  const found = new Map(data);
  for (const [place, name] of (names(count) ?? []).entries()) {
    if (!found.has(name)) found.set(name, meaningful(data.get(String(place)) ?? ''));
  }
  return found;
}
