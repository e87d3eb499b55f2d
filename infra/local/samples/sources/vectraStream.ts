/** Vectra AI Stream: sessions as exported rows, and as the stream's own JSON. */
import { exportedRows, jsonLines, moment, type Scene, type SceneFile, type SourceSample } from './scene';

const TABLE = 'VectraStream_CL';

type Value = string | number | boolean;

function session(
  scene: Scene,
  second: number,
  from: readonly [string, number],
  to: readonly [string, number],
  outbound: boolean,
): Readonly<Record<string, Value>> {
  const end = moment(scene, second).getTime();
  return {
    metadata_type: 'metadata_isession',
    uid: `CVECTRA${String(second).padStart(11, '0')}`,
    'id.ip_ver': 'ipv4',
    'id.orig_h': from[0],
    'id.orig_p': from[1],
    'id.resp_h': to[0],
    'id.resp_p': to[1],
    proto: 6,
    protoName: 'tcp',
    service: outbound ? 'ssl' : '',
    conn_state: outbound ? 'SF' : 'S0',
    orig_ip_bytes: outbound ? 1800 : 60,
    resp_ip_bytes: outbound ? 7200 : 0,
    orig_pkts: 9,
    resp_pkts: outbound ? 11 : 0,
    orig_hostname: `IP-${from[0]}`,
    local_orig: outbound,
    local_resp: !outbound,
    sensor_uid: 'sensor0001',
    session_start_time: end - 2000,
    ts: end,
    duration: 2000,
  };
}

function sessions(scene: Scene): Readonly<Record<string, Value>>[] {
  const { host, bad, harmless, sweeper, sweptPort, targets } = scene;
  return [
    session(scene, 2, [host, 51_512], [bad, 443], true),
    session(scene, 20, [host, 51_513], [harmless, 443], true),
    ...targets.map((target, index) =>
      session(scene, 60 + index, [sweeper, 40_000 + index], [target, sweptPort], false),
    ),
  ];
}

/** As the table names the columns; it has flags as numbers. */
function columns(record: Readonly<Record<string, Value>>): object {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => {
      const name = key.replace('.', '_');
      if (typeof value === 'boolean') return [`${name}_b`, value ? 1 : 0];
      return [typeof value === 'number' ? `${name}_d` : `${name}_s`, value];
    }),
  );
}

export const vectraStream: SourceSample = {
  source: 'vectraStream',
  table: TABLE,
  write(scene): readonly SceneFile[] {
    const all = sessions(scene);
    const dns = { metadata_type: 'metadata_dns', ts: moment(scene, 1).getTime(), query: 'www.example.net' };
    return [
      exportedRows(
        TABLE,
        scene,
        all.map((record) => ({ TimeGenerated: moment(scene, 120).toISOString(), ...columns(record) })),
      ),
      { container: 'vectra', name: 'stream/2026-03-02.json', content: jsonLines([dns, ...all]) },
    ];
  },
};
