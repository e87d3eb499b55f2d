/** VMware Carbon Black Cloud: connections of endpoints as exported rows and as the Data Forwarder's lines, and alerts. */
import { exportedRows, jsonLines, moment, type Scene, type SceneFile, type SourceSample } from './scene';

const EVENTS = 'CarbonBlackEvents_CL';
const NOTIFICATIONS = 'CarbonBlackNotifications_CL';

interface Connection {
  readonly second: number;
  readonly local: readonly [string, number];
  readonly remote: readonly [string, number];
  readonly inbound: boolean;
}

function connections({ host, bad, harmless, sweeper, sweptPort, targets }: Scene): Connection[] {
  return [
    { second: 0, local: [host, 51_512], remote: [bad, 443], inbound: false },
    { second: 20, local: [host, 51_513], remote: [harmless, 80], inbound: false },
    ...targets.map((target, index) => ({
      second: 60 + index,
      local: [target, sweptPort] as const,
      remote: [sweeper, 40_000 + index] as const,
      inbound: true,
    })),
  ];
}

/** `2026-03-02 10:00:12.123 +0000 UTC`. */
function stamp(scene: Scene, second: number): string {
  return moment(scene, second).toISOString().replace('T', ' ').replace('Z', ' +0000 UTC');
}

const event = (scene: Scene, { second, local, remote, inbound }: Connection, index: number): object => ({
  type: 'endpoint.event.netconn',
  event_origin: 'EDR',
  org_key: 'ABCD1234',
  device_id: String(1000 + index),
  device_name: `CORP\\pc${index}`,
  device_os: 'WINDOWS',
  device_external_ip: '192.0.2.200',
  device_timestamp: stamp(scene, second),
  backend_timestamp: stamp(scene, second + 30),
  action: inbound && index % 2 === 0 ? 'ACTION_CONNECTION_CREATE_FAILED' : 'ACTION_CONNECTION_CREATE',
  sensor_action: 'ACTION_ALLOW',
  process_pid: 4242,
  process_path: 'c:\\app\\a.exe',
  local_ip: local[0],
  local_port: local[1],
  remote_ip: remote[0],
  remote_port: remote[1],
  netconn_domain: '',
  netconn_inbound: inbound,
  netconn_protocol: 'PROTO_TCP',
});

const row = (scene: Scene, { second, local, remote, inbound }: Connection, index: number): object => ({
  TimeGenerated: moment(scene, second + 120).toISOString(),
  eventType_s: 'endpoint.event.netconn',
  createTime_s: stamp(scene, second),
  device_id_s: String(1000 + index),
  device_name_s: `CORP\\pc${index}`,
  device_os_s: 'WINDOWS',
  action_s: 'ACTION_CONNECTION_ESTABLISHED',
  sensor_action_s: inbound && index % 3 === 0 ? 'ACTION_BLOCK' : 'ACTION_ALLOW',
  local_ip_s: local[0],
  local_port_d: local[1],
  remote_ip_s: remote[0],
  remote_port_d: remote[1],
  netconn_inbound_b: inbound,
  netconn_protocol_s: 'PROTO_TCP',
});

function firewallAlert(scene: Scene): Readonly<Record<string, string | number>> {
  return {
    org_key: 'ABCD1234',
    id: '00000000-0000-4000-8000-00000000a1e2',
    type: 'HOST_BASED_FIREWALL',
    backend_timestamp: moment(scene, 30).toISOString(),
    first_event_timestamp: moment(scene, 2).toISOString(),
    last_event_timestamp: moment(scene, 2).toISOString(),
    severity: 4,
    sensor_action: 'DENY',
    device_id: 1000,
    device_name: 'CORP\\pc0',
    netconn_local_ip: scene.host,
    netconn_local_port: 51_514,
    netconn_remote_ip: scene.bad,
    netconn_remote_port: 8443,
    netconn_protocol: 'TCP',
  };
}

/** The alert as its table keeps it. */
function alertRow(scene: Scene): object {
  const columns = Object.entries(firewallAlert(scene)).map(([key, value]) => {
    const suffix = key === 'id' ? '_g' : key.endsWith('timestamp') ? '_t' : typeof value === 'number' ? '_d' : '_s';
    return [key + suffix, value] as const;
  });
  return { TimeGenerated: moment(scene, 60).toISOString(), ...Object.fromEntries(columns) };
}

export const carbonBlackCloud: SourceSample = {
  source: 'carbonBlackCloud',
  table: EVENTS,
  write(scene): readonly SceneFile[] {
    const all = connections(scene);
    const started = { type: 'endpoint.event.procstart', device_timestamp: stamp(scene, 1), device_name: 'CORP\\pc0' };
    return [
      exportedRows(
        EVENTS,
        scene,
        all.map((one, index) => row(scene, one, index)),
      ),
      exportedRows(NOTIFICATIONS, scene, [
        { TimeGenerated: moment(scene, 60).toISOString(), type_s: 'THREAT', ruleName_s: 'net', eventTime_d: 0 },
        alertRow(scene),
      ]),
      {
        container: 'carbonblack',
        name: 'events/org_key=ABCD1234/year=2026/month=3/day=2/hour=9/minute=15/second=0/1.jsonl',
        content: jsonLines([started, ...all.map((one, index) => event(scene, one, index))]),
      },
      {
        container: 'carbonblack',
        name: 'alerts/org_key=ABCD1234/year=2026/month=3/day=2/hour=9/minute=15/second=0/1.jsonl',
        content: jsonLines([firewallAlert(scene)]),
      },
    ];
  },
};
