/**
 * Windows events as XML, by what they hold only: no document type, no entities beyond the five of XML and numbered ones. A scanner
 * over one event's text, linear in its length.
 */
import type { WindowsEvent } from './event';

const MAX_DATA = 500;

/** The event, or undefined when the text holds no `<Event>` with a `<System>` part. */
export function parseWindowsEvent(xml: string): WindowsEvent | undefined {
  const start = xml.search(/<Event[\s>]/);
  if (start < 0 || xml.includes('<!DOCTYPE') || xml.includes('<!ENTITY')) return undefined;
  const system = between(xml, '<System', '</System>', start);
  if (system === undefined) return undefined;
  return {
    provider: attribute(system, 'Provider', NAME),
    channel: element(system, 'Channel'),
    eventId: element(system, 'EventID'),
    timeCreated: attribute(system, 'TimeCreated', SYSTEM_TIME),
    eventRecordId: element(system, 'EventRecordID'),
    computer: element(system, 'Computer'),
    // Most events of a log are of no interest: their values are never asked for.
    get data() {
      return parseEventDataXml(xml.slice(start));
    },
  };
}

/** The `<Data>` elements of an event or of its `<EventData>` alone, by name; those without one (and `<Param>`) by place from '0'. */
export function parseEventDataXml(text: string): ReadonlyMap<string, string> {
  const data = new Map<string, string>();
  readData(text, 'Data', data);
  if (data.size === 0) readData(text, 'Param', data);
  return data;
}

function readData(text: string, tag: string, data: Map<string, string>): void {
  const [opening, closing] = [`<${tag}`, `</${tag}>`];
  let at = 0;
  let unnamed = 0;
  while (data.size < MAX_DATA) {
    const open = text.indexOf(opening, at);
    if (open < 0) return;
    const close = text.indexOf('>', open);
    if (close < 0) return;
    at = close + 1;
    const head = text.slice(open + opening.length, close);
    if (head !== '' && !/^[\s/]/.test(head)) continue;
    const name = nameOf(head) ?? String(unnamed++);
    if (head.endsWith('/')) {
      data.set(name, '');
      continue;
    }
    const end = text.indexOf(closing, at);
    if (end < 0) return;
    data.set(name, decode(text.slice(at, end)).trim());
    at = end + closing.length;
  }
}

function between(text: string, open: string, close: string, from: number): string | undefined {
  const start = text.indexOf(open, from);
  if (start < 0) return undefined;
  const end = text.indexOf(close, start);
  return end < 0 ? undefined : text.slice(start + open.length, end);
}

/** The text of the first element of a name, '' when there is none. */
function element(text: string, name: string): string {
  const start = text.indexOf(`<${name}`);
  if (start < 0) return '';
  const open = text.indexOf('>', start);
  if (open < 0 || text[open - 1] === '/') return '';
  const end = text.indexOf(`</${name}>`, open);
  return end < 0 ? '' : decode(text.slice(open + 1, end)).trim();
}

const NAME = /\sName\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)')/;
const SYSTEM_TIME = /\sSystemTime\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)')/;

/** An attribute of the first element of a name, '' when there is none. */
function attribute(text: string, name: string, pattern: RegExp): string {
  const start = text.indexOf(`<${name}`);
  if (start < 0) return '';
  const end = text.indexOf('>', start);
  return valueIn(text.slice(start, end < 0 ? undefined : end), pattern) ?? '';
}

function valueIn(head: string, pattern: RegExp): string | undefined {
  const found = pattern.exec(head);
  return found === null ? undefined : decode(found[1] ?? found[2] ?? '');
}

/** ` Name="x"` alone is what nearly every value has. */
function nameOf(head: string): string | undefined {
  if (head.startsWith(' Name=')) {
    const end = head.indexOf(head.charAt(6), 7);
    if (end === head.length - 1 && (head.charCodeAt(6) === 0x22 || head.charCodeAt(6) === 0x27)) {
      return decode(head.slice(7, end));
    }
  }
  return valueIn(head, NAME);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decode(text: string): string {
  const plain = text.startsWith('<![CDATA[') && text.endsWith(']]>') ? text.slice(9, -3) : undefined;
  if (plain !== undefined || !text.includes('&')) return plain ?? text;
  return text.replaceAll(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(String(name)) ?? whole;
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
