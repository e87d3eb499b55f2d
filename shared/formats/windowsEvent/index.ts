/** Windows events. (Being written.) */
import type { JsonObject } from '../json';
import { LineReader } from '../lines';

export interface WindowsEvent {
  readonly provider: string;
  readonly channel: string;
  readonly eventId: string;
  readonly version: string;
  readonly level: string;
  readonly task: string;
  readonly opcode: string;
  readonly keywords: string;
  readonly timeCreated: string;
  readonly eventRecordId: string;
  readonly computer: string;
  readonly userSid: string;
  readonly processId: string;
  readonly threadId: string;
  readonly data: ReadonlyMap<string, string>;
}

export class XmlEventReader extends LineReader {}

export function parseWindowsEvent(_xml: string): WindowsEvent | undefined {
  return undefined;
}

export function windowsEventFromJson(_record: JsonObject): WindowsEvent | undefined {
  return undefined;
}
