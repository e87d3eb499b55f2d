/** Windows Filtering Platform: rows of SecurityEvent and WindowsEvent, the events as XML and as Winlogbeat ships them. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';
import { computerOf, eventDataXml, type SampleEvent, windowsEventRows, winlogbeatFile, xmlFile } from './windowsEvents';

/** A connection that was let through, or a packet that was not. */
function event(one: Conversation): SampleEvent {
  return {
    provider: 'Microsoft-Windows-Security-Auditing',
    channel: 'Security',
    id: one.allowed ? 5156 : 5152,
    time: one.start,
    record: 4000 + one.number,
    computer: computerOf(one),
    data: {
      [one.allowed ? 'ProcessID' : 'ProcessId']: 832,
      Application: '\\device\\harddiskvolume3\\sample\\sample.exe',
      Direction: one.inbound ? '%%14592' : '%%14593',
      SourceAddress: one.source,
      SourcePort: one.sourcePort,
      DestAddress: one.destination,
      DestPort: one.port,
      Protocol: 6,
      FilterRTID: 70201,
      LayerName: one.inbound ? '%%14610' : '%%14611',
      LayerRTID: one.inbound ? 44 : 48,
      ...(one.allowed && { RemoteUserID: 'S-1-0-0', RemoteMachineID: 'S-1-0-0' }),
    },
  };
}

export const windowsFirewall: SourceSample = {
  source: 'windowsFirewall',
  table: 'SecurityEvent',
  write(scene) {
    const events = everything(scene).map(event);
    return [
      exportedRows(
        'SecurityEvent',
        scene,
        events.map((one) => ({
          TimeGenerated: one.time.toISOString(),
          Computer: one.computer,
          EventSourceName: one.provider,
          Channel: one.channel,
          EventID: one.id,
          Activity: `${one.id} - The Windows Filtering Platform`,
          EventData: eventDataXml(one.data, '\r\n  '),
        })),
      ),
      windowsEventRows(scene, events),
      xmlFile('filtering', events),
      winlogbeatFile('filtering', events),
    ];
  },
};
