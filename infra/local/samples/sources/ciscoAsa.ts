/** Cisco ASA: connections built, torn down and denied, as the device's syslog and as rows of CommonSecurityLog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

interface Message {
  readonly at: Date;
  readonly level: number;
  readonly id: string;
  readonly text: string;
}

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const PUBLIC = '192.0.2.250';

function messages(one: Conversation): Message[] {
  const [from, to] = one.inbound ? ['outside', 'inside'] : ['inside', 'outside'];
  if (!one.allowed) {
    const text = `Deny tcp src ${from}:${one.source}/${one.sourcePort} dst ${to}:${one.destination}/${one.port} by access-group "${from}_in" [0x0, 0x0]`;
    return [{ at: one.start, level: 4, id: '106023', text }];
  }
  // The outside host comes first, whoever began.
  const [outer, inner] = [`outside:${one.destination}/${one.port}`, `inside:${one.source}/${one.sourcePort}`];
  const seconds = (one.end.getTime() - one.start.getTime()) / 1000;
  const connection = `TCP connection ${7000 + one.number}`;
  return [
    {
      at: one.start,
      level: 6,
      id: '302013',
      text: `Built outbound ${connection} for ${outer} (${one.destination}/${one.port}) to ${inner} (${PUBLIC}/${one.sourcePort})`,
    },
    {
      at: one.end,
      level: 6,
      id: '302014',
      text: `Teardown ${connection} for ${outer} to ${inner} duration 0:00:${String(seconds).padStart(2, '0')} bytes ${one.bytes[0] + one.bytes[1]} TCP FINs from inside`,
    },
  ];
}

/** As `logging timestamp` and `logging device-id hostname` make it. */
function syslog({ at, level, id, text }: Message): string {
  const day = String(at.getUTCDate()).padStart(2, '0');
  const time = `${MONTHS[at.getUTCMonth()]} ${day} ${at.getUTCFullYear()} ${at.toISOString().slice(11, 19)}`;
  return `<${160 + level}>${time} asa01 : %ASA-${level}-${id}: ${text}\n`;
}

function row({ at, level, id, text }: Message): object {
  return {
    TimeGenerated: at.toISOString(),
    DeviceVendor: 'Cisco',
    DeviceProduct: 'ASA',
    DeviceEventClassID: id,
    LogSeverity: level <= 4 ? 'Medium' : 'Low',
    OriginalLogSeverity: String(level),
    Message: text,
    DeviceName: 'asa01',
    Computer: 'asa01',
    SourceSystem: 'OpsManager',
  };
}

export const ciscoAsa: SourceSample = {
  source: 'ciscoAsa',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene).flatMap(messages);
    return [
      exportedRows('CommonSecurityLog', scene, all.map(row)),
      { container: 'syslog', name: 'asa01/asa.log', content: all.map(syslog).join('') },
    ];
  },
};
