/** Windows events in the forms in which they are kept and shipped. */
import type { Conversation } from './conversations';
import { exportedRows, jsonLines, type Scene, type SceneFile } from './scene';

export interface SampleEvent {
  readonly provider: string;
  readonly channel: string;
  readonly id: number;
  readonly time: Date;
  readonly record: number;
  readonly computer: string;
  readonly data: Readonly<Record<string, string | number>>;
}

const NAMESPACE = 'http://schemas.microsoft.com/win/2004/08/events/event';

/** The computer that tells of a conversation. */
export function computerOf(one: Conversation): string {
  return `host-${(one.inbound ? one.destination : one.source).replaceAll('.', '-')}.example.net`;
}

function escaped(text: string | number): string {
  return String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** EventData as a table keeps it. */
export function eventDataXml(data: SampleEvent['data'], between = ''): string {
  const items = Object.entries(data).map(([name, value]) => `<Data Name="${name}">${escaped(value)}</Data>`);
  return `<EventData xmlns="${NAMESPACE}">${between}${items.join(between)}${between}</EventData>`;
}

function xml(event: SampleEvent): string {
  const header =
    `<Provider Name='${event.provider}'/><EventID>${event.id}</EventID><Version>1</Version><Level>4</Level>` +
    `<TimeCreated SystemTime='${event.time.toISOString()}'/><EventRecordID>${event.record}</EventRecordID>` +
    `<Execution ProcessID='4' ThreadID='88'/><Channel>${event.channel}</Channel><Computer>${event.computer}</Computer><Security/>`;
  const data = eventDataXml(event.data).replace(` xmlns="${NAMESPACE}"`, '');
  return `<Event xmlns='${NAMESPACE}'><System>${header}</System>${data}</Event>`;
}

/** As Event Viewer saves it. */
export function xmlFile(name: string, events: readonly SampleEvent[]): SceneFile {
  const content = `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>${events.map(xml).join('\r\n')}</Events>`;
  return { container: 'windows', name: `${name}.xml`, content };
}

/** As Winlogbeat ships it. */
export function winlogbeatFile(name: string, events: readonly SampleEvent[]): SceneFile {
  const records = events.map((event) => ({
    '@timestamp': event.time.toISOString(),
    ecs: { version: '8.0.0' },
    event: { code: String(event.id), kind: 'event', provider: event.provider },
    host: { name: event.computer },
    log: { level: 'information' },
    winlog: {
      api: 'wineventlog',
      channel: event.channel,
      computer_name: event.computer,
      event_data: Object.fromEntries(Object.entries(event.data).map(([key, value]) => [key, String(value)])),
      event_id: String(event.id),
      provider_name: event.provider,
      record_id: event.record,
    },
  }));
  return { container: 'windows', name: `winlogbeat/${name}.ndjson`, content: jsonLines(records) };
}

/** Rows of WindowsEvent. */
export function windowsEventRows(scene: Scene, events: readonly SampleEvent[]): SceneFile {
  return exportedRows(
    'WindowsEvent',
    scene,
    events.map((event) => ({
      TimeGenerated: event.time.toISOString(),
      Provider: event.provider,
      Channel: event.channel,
      Computer: event.computer,
      EventID: event.id,
      EventRecordId: String(event.record),
      EventData: event.data,
    })),
  );
}
