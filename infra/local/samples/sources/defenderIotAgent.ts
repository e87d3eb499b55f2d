/** Defender for IoT, micro agent: connections of devices as exported rows. */
import { exportedRows, moment, type Scene, type SceneFile, type SourceSample } from './scene';

const TABLE = 'SecurityIoTRawEvent';

function row(
  scene: Scene,
  second: number,
  local: readonly [string, number],
  remote: readonly [string, number],
): object {
  const details = {
    LocalAddress: local[0],
    RemoteAddress: remote[0],
    LocalPort: String(local[1]),
    RemotePort: String(remote[1]),
    BytesIn: '7200',
    BytesOut: '1800',
    Protocol: 'tcp',
    MessageSource: 'Linux',
    OriginalEventId: `00000000-0000-4000-8000-${String(second).padStart(12, '0')}`,
    TimestampUTC: moment(scene, second).toISOString(),
  };
  return {
    TimeGenerated: moment(scene, second + 60).toISOString(),
    RawEventName: 'NetworkActivity',
    RawEventCategory: 'Triggered',
    RawEventType: 'Security',
    DeviceId: `device-${local[0]}`,
    AgentVersion: '4.2.1',
    IsEmpty: false,
    EventDetails: JSON.stringify(details),
  };
}

export const defenderIotAgent: SourceSample = {
  source: 'defenderIotAgent',
  table: TABLE,
  write(scene): readonly SceneFile[] {
    const { host, bad, harmless, sweeper, sweptPort, targets } = scene;
    return [
      exportedRows(TABLE, scene, [
        row(scene, 0, [host, 51_512], [bad, 443]),
        row(scene, 20, [host, 51_513], [harmless, 80]),
        // Who has the higher port began: the swept one is lower.
        ...targets.map((target, index) => row(scene, 60 + index, [target, sweptPort], [sweeper, 50_000 + index])),
        {
          TimeGenerated: moment(scene, 90).toISOString(),
          RawEventName: 'ProcessCreate',
          DeviceId: `device-${host}`,
          EventDetails: '{"Executable":"/bin/ls"}',
        },
      ]),
    ];
  },
};
