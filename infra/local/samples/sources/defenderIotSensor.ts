/** Defender for IoT, network sensor: connections between devices as exported rows. */
import { exportedRows, moment, type Scene, type SceneFile, type SourceSample } from './scene';

const TABLE = 'DefenderIoTRawEvent';

function row(scene: Scene, second: number, from: readonly [string, number], to: readonly [string, number]): object {
  return {
    TimeGenerated: moment(scene, second + 60).toISOString(),
    TimeStamp: moment(scene, second).toISOString(),
    RawEventName: 'NetworkConnectionData',
    RawEventCategory: 'Periodic',
    RawEventType: 'Security',
    AzureSubscriptionId: '00000000-0000-4000-8000-000000000001',
    IsEmpty: false,
    EventDetails: {
      Id: String(1000 + second),
      SourceId: 'sensor1',
      StartTime: moment(scene, second).toISOString(),
      LastSeen: moment(scene, second + 1).toISOString(),
      TransportProtocol: 'TCP',
      IsInternal: false,
      Source: { DeviceId: '7', IPAddress: from[0], Port: from[1], MacAddress: '00:00:5E:00:53:01' },
      Destination: { DeviceId: '8', IPAddress: to[0], Port: to[1], MacAddress: '00:00:5E:00:53:02' },
    },
  };
}

export const defenderIotSensor: SourceSample = {
  source: 'defenderIotSensor',
  table: TABLE,
  write(scene): readonly SceneFile[] {
    const { host, bad, harmless, sweeper, sweptPort, targets } = scene;
    return [
      exportedRows(TABLE, scene, [
        row(scene, 0, [host, 51_512], [bad, 443]),
        row(scene, 20, [host, 51_513], [harmless, 80]),
        ...targets.map((target, index) => row(scene, 60 + index, [sweeper, 40_000 + index], [target, sweptPort])),
        {
          TimeGenerated: moment(scene, 90).toISOString(),
          RawEventName: 'DeviceInventory',
          EventDetails: { Id: '7' },
        },
      ]),
    ];
  },
};
