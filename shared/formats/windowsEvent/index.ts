/** Windows events: XML and shippers' JSON. */
export type { WindowsEvent } from './event';
export { windowsEventFromJson } from './json';
export { XmlEventReader } from './reader';
export { parseEventDataXml, parseWindowsEvent } from './xml';
