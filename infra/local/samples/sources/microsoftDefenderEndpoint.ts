/** Defender for Endpoint: rows of DeviceNetworkEvents, and what the streaming API stores. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';
import { computerOf } from './windowsEvents';

const TENANT = '00000000-0000-4000-8000-00000000aaaa';

/** As the device sees it: its own end is the local one. */
function event(one: Conversation): object {
  const [local, remote] = one.inbound
    ? [
        [one.destination, one.port],
        [one.source, one.sourcePort],
      ]
    : [
        [one.source, one.sourcePort],
        [one.destination, one.port],
      ];
  return {
    DeviceId: '0123456789abcdef0123456789abcdef01234567',
    DeviceName: computerOf(one),
    ActionType: one.inbound ? 'InboundConnectionAttempt' : 'ConnectionSuccess',
    LocalIP: local?.[0],
    LocalPort: local?.[1],
    RemoteIP: remote?.[0],
    RemotePort: remote?.[1],
    RemoteUrl: null,
    Protocol: 'Tcp',
    LocalIPType: 'Private',
    RemoteIPType: 'Public',
    InitiatingProcessFileName: one.inbound ? null : 'sample.exe',
    InitiatingProcessId: one.inbound ? null : 832,
    ReportId: 3000 + one.number,
    AdditionalFields: null,
  };
}

export const microsoftDefenderEndpoint: SourceSample = {
  source: 'microsoftDefenderEndpoint',
  table: 'DeviceNetworkEvents',
  write(scene) {
    const all = everything(scene);
    const [year, month, day, hour] = scene.start.toISOString().split(/[-T:]/);
    return [
      exportedRows(
        'DeviceNetworkEvents',
        scene,
        all.map((one) => ({ TimeGenerated: one.start.toISOString(), ...event(one) })),
      ),
      {
        container: 'insights-logs-advancedhunting-devicenetworkevents',
        name: `tenantId=${TENANT}/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/PT1H.json`,
        content: jsonLines(
          all.map((one) => ({
            time: one.end.toISOString(),
            tenantId: TENANT,
            operationName: 'Publish',
            category: 'AdvancedHunting-DeviceNetworkEvents',
            properties: { Timestamp: one.start.toISOString(), ...event(one) },
          })),
        ),
      },
    ];
  },
};
