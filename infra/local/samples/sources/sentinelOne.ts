/** SentinelOne: alerts on connections as exported rows, and the events of Cloud Funnel. */
import { exportedRows, jsonLines, moment, type Scene, type SceneFile, type SourceSample } from './scene';

const TABLE = 'SentinelOne_CL';

interface Connection {
  readonly second: number;
  readonly from: readonly [string, number];
  readonly to: readonly [string, number];
  readonly incoming: boolean;
}

function connections({ host, bad, harmless, sweeper, sweptPort, targets }: Scene): Connection[] {
  return [
    { second: 0, from: [host, 51_512], to: [bad, 443], incoming: false },
    { second: 20, from: [host, 51_513], to: [harmless, 80], incoming: false },
    ...targets.map((target, index) => ({
      second: 60 + index,
      from: [sweeper, 40_000 + index] as const,
      to: [target, sweptPort] as const,
      incoming: true,
    })),
  ];
}

const machine = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

function alert(scene: Scene, { second, from, to, incoming }: Connection, index: number): object {
  return {
    TimeGenerated: moment(scene, second + 120).toISOString(),
    event_name_s: 'Alerts.',
    alertInfo_eventType_s: 'TCPV4',
    alertInfo_alertId_s: String(1_000_000_000 + index),
    alertInfo_dvEventId_s: `01ALERT${String(index).padStart(19, '0')}_${index}`,
    alertInfo_createdAt_t: moment(scene, second).toISOString(),
    alertInfo_srcIp_s: from[0],
    alertInfo_srcPort_s: String(from[1]),
    alertInfo_dstIp_s: to[0],
    alertInfo_dstPort_s: String(to[1]),
    alertInfo_netEventDirection_s: incoming ? 'INCOMING' : 'OUTGOING',
    alertInfo_analystVerdict_s: 'Undefined',
    agentDetectionInfo_name_s: `pc${index}`,
    agentDetectionInfo_uuid_g: machine(index),
    agentDetectionInfo_osName_s: 'Windows 11 Pro',
    agentDetectionInfo_machineType_s: 'laptop',
    sourceProcessInfo_name_s: 'a.exe',
    sourceProcessInfo_pid_s: '4242',
    ruleInfo_name_s: 'connections to watch',
    ruleInfo_severity_s: 'Medium',
    ruleInfo_treatAsThreat_s: 'Suspicious',
  };
}

function event(scene: Scene, { second, from, to, incoming }: Connection, index: number): object {
  return {
    timestamp: moment(scene, second).toISOString().slice(11, 23),
    'event.category': 'ip',
    'event.type': 'IP Connect',
    'event.id': `01EVENT${String(index).padStart(19, '0')}_${index}`,
    'event.time': moment(scene, second).getTime(),
    'event.repetitionCount': 1,
    'event.network.direction': incoming ? 'INCOMING' : 'OUTGOING',
    'event.network.connectionStatus': incoming && index % 2 === 0 ? 'FAILURE' : 'SUCCESS',
    'meta.event.name': 'TCPV4',
    'dataSource.name': 'SentinelOne',
    'src.ip.address': from[0],
    'src.port.number': from[1],
    'dst.ip.address': to[0],
    'dst.port.number': to[1],
    'endpoint.name': `pc${index}`,
    'endpoint.os': 'windows',
    'endpoint.type': 'laptop',
    'agent.uuid': machine(index).replaceAll('-', ''),
    'src.process.name': 'a.exe',
    'src.process.pid': 4242,
  };
}

export const sentinelOne: SourceSample = {
  source: 'sentinelOne',
  table: TABLE,
  write(scene): readonly SceneFile[] {
    const all = connections(scene);
    const started = {
      'event.category': 'process',
      'event.type': 'Process Creation',
      'event.time': moment(scene, 1).getTime(),
      'agent.uuid': machine(0).replaceAll('-', ''),
    };
    return [
      exportedRows(
        TABLE,
        scene,
        all.map((one, index) => alert(scene, one, index)),
      ),
      {
        container: 'sentinelone',
        name: 'cloud-funnel/year=2026/month=03/day=02/events.jsonl',
        content: jsonLines([started, ...all.map((one, index) => event(scene, one, index))]),
      },
    ];
  },
};
