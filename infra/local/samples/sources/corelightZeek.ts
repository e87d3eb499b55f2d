/** Zeek's connections as Corelight sensors tell them: exported rows, JSON lines, and Zeek's own TSV. */
import { exportedRows, jsonLines, moment, type Scene, type SceneFile, type SourceSample } from './scene';

const TABLE = 'Corelight_CL';

interface Connection {
  readonly second: number;
  readonly from: readonly [string, number];
  readonly to: readonly [string, number];
  readonly seconds: number;
  readonly bytes: readonly [number, number];
  readonly state: string;
  readonly local: readonly [boolean, boolean];
}

function talks({ host, bad, harmless }: Scene): Connection[] {
  return [
    {
      second: 0,
      from: [host, 51_512],
      to: [bad, 443],
      seconds: 30.5,
      bytes: [1200, 6600],
      state: 'SF',
      local: [true, false],
    },
    {
      second: 20,
      from: [host, 51_513],
      to: [harmless, 80],
      seconds: 1.25,
      bytes: [300, 900],
      state: 'RSTR',
      local: [true, false],
    },
  ];
}

function sweep({ sweeper, sweptPort, targets }: Scene): Connection[] {
  return targets.map((target, index) => ({
    second: 60 + index,
    from: [sweeper, 40_000 + index],
    to: [target, sweptPort],
    seconds: 0,
    bytes: [0, 0],
    state: index % 2 === 0 ? 'S0' : 'REJ',
    local: [false, true],
  }));
}

const uid = (prefix: string, index: number): string => `C${prefix}${String(index).padStart(16 - prefix.length, '0')}`;

function record(scene: Scene, connection: Connection, index: number, prefix: string): object {
  const { second, from, to, seconds, bytes, state, local } = connection;
  const time = moment(scene, second);
  return {
    _path: 'conn',
    _system_name: 'sensor1',
    _write_ts: new Date(time.getTime() + seconds * 1000 + 5000).toISOString(),
    ts: time.toISOString(),
    uid: uid(prefix, index),
    'id.orig_h': from[0],
    'id.orig_p': from[1],
    'id.resp_h': to[0],
    'id.resp_p': to[1],
    proto: 'tcp',
    ...(seconds > 0 && { duration: seconds, orig_bytes: bytes[0], resp_bytes: bytes[1] }),
    conn_state: state,
    local_orig: local[0],
    local_resp: local[1],
    missed_bytes: 0,
    orig_pkts: 4,
    orig_ip_bytes: bytes[0] + 160,
    resp_pkts: 4,
    resp_ip_bytes: bytes[1] + 160,
  };
}

const COLUMNS =
  'ts uid id.orig_h id.orig_p id.resp_h id.resp_p proto service duration orig_bytes resp_bytes conn_state local_orig local_resp missed_bytes history orig_pkts orig_ip_bytes resp_pkts resp_ip_bytes tunnel_parents';

function tsv(scene: Scene, connections: readonly Connection[]): string {
  const lines = connections.map(({ second, from, to, seconds, bytes, state, local }, index) =>
    [
      (moment(scene, second).getTime() / 1000).toFixed(6),
      uid('TSV', index),
      ...from,
      ...to,
      'tcp',
      '-',
      ...(seconds > 0 ? [seconds.toFixed(6), ...bytes] : ['-', '-', '-']),
      state,
      ...local.map((inside) => (inside ? 'T' : 'F')),
      ...[0, '-', 4, bytes[0] + 160, 4, bytes[1] + 160, '(empty)'],
    ].join('\t'),
  );
  const header = [
    '#separator \\x09',
    '#set_separator\t,',
    '#empty_field\t(empty)',
    '#unset_field\t-',
    '#path\tconn',
    `#fields\t${COLUMNS.replaceAll(' ', '\t')}`,
  ];
  return `${[...header, ...lines].join('\n')}\n`;
}

export const corelightZeek: SourceSample = {
  source: 'corelightZeek',
  table: TABLE,
  write(scene): readonly SceneFile[] {
    const all = [...talks(scene), ...sweep(scene)];
    const dns = { _path: 'dns', ts: moment(scene, 1).toISOString(), uid: uid('DNS', 1), query: 'www.example.net' };
    return [
      exportedRows(
        TABLE,
        scene,
        all.map((connection, index) => ({
          TimeGenerated: moment(scene, connection.second + 60).toISOString(),
          Message: JSON.stringify(record(scene, connection, index, 'ROW')),
        })),
      ),
      {
        container: 'zeek',
        name: 'sensor1/conn_20260302_09:00:00-10:00:00.log',
        content: jsonLines([dns, ...all.map((connection, index) => record(scene, connection, index, 'JSON'))]),
      },
      { container: 'zeek', name: 'sensor2/conn.09:00:00-10:00:00.log', content: tsv(scene, all) },
    ];
  },
};
