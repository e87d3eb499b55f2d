/** Sysmon: rows of Event and WindowsEvent, the events as XML and as Winlogbeat ships them. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';
import { computerOf, eventDataXml, type SampleEvent, windowsEventRows, winlogbeatFile, xmlFile } from './windowsEvents';

/** What event 3 says of a connection, on either system. */
export function networkConnection(one: Conversation, image: string, user: string): SampleEvent['data'] {
  return {
    RuleName: '-',
    UtcTime: one.start.toISOString().replace('T', ' ').replace('Z', ''),
    ProcessGuid: '{00000000-0000-4000-8000-000000000832}',
    ProcessId: 832,
    Image: image,
    User: user,
    Protocol: 'tcp',
    Initiated: one.inbound ? 'false' : 'true',
    SourceIsIpv6: 'false',
    SourceIp: one.source,
    SourceHostname: '-',
    SourcePort: one.sourcePort,
    SourcePortName: '-',
    DestinationIsIpv6: 'false',
    DestinationIp: one.destination,
    DestinationHostname: '-',
    DestinationPort: one.port,
    DestinationPortName: '-',
  };
}

function event(one: Conversation): SampleEvent {
  return {
    provider: 'Microsoft-Windows-Sysmon',
    channel: 'Microsoft-Windows-Sysmon/Operational',
    id: 3,
    time: one.start,
    record: 9000 + one.number,
    computer: computerOf(one),
    data: networkConnection(one, 'C:\\Program Files\\Sample & Co\\sample.exe', 'EXAMPLE\\sample'),
  };
}

export const sysmon: SourceSample = {
  source: 'sysmon',
  table: 'Event',
  write(scene) {
    const events = everything(scene).map(event);
    return [
      exportedRows(
        'Event',
        scene,
        events.map((one) => ({
          TimeGenerated: one.time.toISOString(),
          Computer: one.computer,
          Source: one.provider,
          EventLog: one.channel,
          EventID: one.id,
          EventLevelName: 'Information',
          EventData: `<DataItem type="System.XmlData" time="${one.time.toISOString()}" sourceHealthServiceId="00000000-0000-4000-8000-000000000001">${eventDataXml(one.data)}</DataItem>`,
        })),
      ),
      windowsEventRows(scene, events),
      xmlFile('sysmon', events),
      winlogbeatFile('sysmon', events),
    ];
  },
};
