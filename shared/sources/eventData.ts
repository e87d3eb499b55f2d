/**
 * EventData of Windows events: an object in WindowsEvent, XML in Event and SecurityEvent, and what is left of it where a shipper
 * kept the values without their names.
 */
import { parseEventDataXml } from '../formats/windowsEvent';
import { meaningful, type Row, textOf } from './row';
import { WindowsEventRow } from './windowsEventRow';

/** A value of the event by its name, '' when it is absent or a filler. */
export type EventData = (name: string) => string;

/** Columns that hold the values as XML, the better one first. */
const XML_COLUMNS: readonly string[] = ['EventData', 'RawEventData', 'ParameterXml'];

/**
 * The event's values.
 * @param names what the event calls its values, in order, when there are so many of them; for those that came without names.
 * @returns undefined when it has none.
 */
export function eventData(row: Row, names: (count: number) => readonly string[] | undefined): EventData | undefined {
  if (row instanceof WindowsEventRow) return fromMap(row.data, names);
  for (const column of XML_COLUMNS) {
    const value = row.value(column);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      if (Object.keys(value).length === 0) continue;
      return (name) => (Object.hasOwn(value, name) ? textOf(value[name as never]) : '');
    }
    const data = typeof value === 'string' ? fromMap(parseEventDataXml(value), names) : undefined;
    if (data !== undefined) return data;
  }
  return undefined;
}

/** Values by name, or by place from '0'. */
export function fromMap(
  data: ReadonlyMap<string, string>,
  names: (count: number) => readonly string[] | undefined,
): EventData | undefined {
  if (data.size === 0) return undefined;
  const named: EventData = (name) => meaningful(data.get(name) ?? '');
  if (!data.has('0')) return named;
  let count = 0;
  while (data.has(String(count))) count++;
  const places = new Map((names(count) ?? []).map((name, place) => [name, String(place)]));
  return (name) => named(name) || named(places.get(name) ?? '');
}
