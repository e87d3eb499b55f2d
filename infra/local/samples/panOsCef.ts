/** CEF lines of Palo Alto PAN-OS traffic logs, as a collector appends them: with a syslog header or bare. */
import { isInner } from './azureFlowLogs';
import type { Flow, Hour, SampleBlob, Written } from './flow';

export interface CefFile {
  readonly name: string;
  readonly flows: readonly Flow[];
  readonly syslogHeader: boolean;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const PROTOCOLS = { 6: 'tcp', 17: 'udp' } as const;
const LINES_PER_APPEND = 100;

export function writePanOsCef(files: readonly CefFile[], hour: Hour): Written {
  const records = new Map<Flow, number>();
  let session = 0;
  const blobs = files.map((file): SampleBlob => {
    const lines = [...file.flows]
      .sort((a, b) => a.end - b.end)
      .map((flow) => {
        records.set(flow, 1);
        return `${file.syslogHeader ? syslogHeader(flow.end) : ''}${cefLine(flow, ++session)}\n`;
      });
    return {
      container: 'cef-logs',
      name: `paloalto/${hour.year}/${hour.month}/${hour.day}/${hour.hour}/${file.name}`,
      kind: 'append',
      blocks: appends(lines),
      contentType: 'text/plain',
    };
  });
  return { blobs, records, empty: 0 };
}

/** Blocks of some lines; the first cut falls inside a line, as a collector's buffer may end anywhere. */
function appends(lines: readonly string[]): Buffer[] {
  const blocks: Buffer[] = [];
  for (let at = 0; at < lines.length; at += LINES_PER_APPEND) {
    blocks.push(Buffer.from(lines.slice(at, at + LINES_PER_APPEND).join('')));
  }
  const [first, ...rest] = blocks;
  if (first === undefined) return [];
  return [first.subarray(0, -40), first.subarray(-40), ...rest];
}

function syslogHeader(time: number): string {
  const date = new Date(time);
  const day = String(date.getUTCDate()).padStart(2, ' ');
  return `<14>${MONTHS[date.getUTCMonth()]} ${day} ${date.toISOString().slice(11, 19)} PA-5220 `;
}

/** `Mar 02 2026 10:00:12 GMT` */
function panTime(time: number): string {
  const date = new Date(time);
  const day = String(date.getUTCDate()).padStart(2, '0');
  return `${MONTHS[date.getUTCMonth()]} ${day} ${date.getUTCFullYear()} ${date.toISOString().slice(11, 19)} GMT`;
}

function cefLine(flow: Flow, session: number): string {
  const { source, destination, allowed } = flow;
  const [from, to] = [source, destination].map((address) => (isInner(address) ? 'trust' : 'untrust'));
  const translated = from === 'trust' && to === 'untrust' ? '192.0.2.250' : '0.0.0.0';
  const rule = allowed ? `allow ${to} access` : 'deny \\= default';
  const extension: readonly (readonly [string, string | number])[] = [
    ['rt', panTime(flow.end)],
    ['deviceExternalId', '000000000001'],
    ['src', source],
    ['dst', destination],
    ['sourceTranslatedAddress', translated],
    ['destinationTranslatedAddress', '0.0.0.0'],
    ['cs1Label', 'Rule'],
    ['cs1', rule],
    ['suser', ''],
    ['app', application(flow)],
    ['cs3Label', 'Virtual System'],
    ['cs3', 'vsys1'],
    ['cs4Label', 'Source Zone'],
    ['cs4', from ?? ''],
    ['cs5Label', 'Destination Zone'],
    ['cs5', to ?? ''],
    ['deviceInboundInterface', from === 'trust' ? 'ethernet1/2' : 'ethernet1/1'],
    ['deviceOutboundInterface', to === 'trust' ? 'ethernet1/2' : 'ethernet1/1'],
    ['cn1Label', 'SessionID'],
    ['cn1', session],
    ['cnt', 1],
    ['spt', flow.sourcePort],
    ['dpt', flow.destinationPort],
    ['sourceTranslatedPort', 0],
    ['destinationTranslatedPort', 0],
    ['flexString1Label', 'Flags'],
    ['flexString1', '0x400053'],
    ['proto', PROTOCOLS[flow.protocol]],
    ['act', allowed ? 'allow' : 'deny'],
    ['flexNumber1Label', 'Total bytes'],
    ['flexNumber1', flow.bytesSent + flow.bytesReceived],
    ['in', flow.bytesSent],
    ['out', flow.bytesReceived],
    ['cn2Label', 'Packets'],
    ['cn2', flow.packetsSent + flow.packetsReceived],
    ['PanOSPacketsReceived', flow.packetsReceived],
    ['PanOSPacketsSent', flow.packetsSent],
    ['start', panTime(flow.start)],
    ['cn3Label', 'Elapsed time in seconds'],
    ['cn3', (flow.end - flow.start) / 1000],
    ['cs2Label', 'URL Category'],
    ['cs2', 'any'],
    ['externalId', `70000000000000${String(session).padStart(5, '0')}`],
    ['reason', allowed ? (flow.protocol === 6 ? 'tcp-fin' : 'aged-out') : 'policy-deny'],
    ['dvchost', 'PA-5220'],
    ['cat', 'from-policy'],
  ];
  const subtype = allowed ? 'end' : 'deny';
  const pairs = extension.map(([key, value]) => `${key}=${value}`).join(' ');
  return `CEF:0|Palo Alto Networks|PAN-OS|10.2.4|${subtype}|TRAFFIC|1|${pairs}`;
}

const APPLICATIONS: Readonly<Record<number, string>> = {
  53: 'dns',
  80: 'web-browsing',
  123: 'ntp',
  443: 'ssl',
  22: 'ssh',
};

function application(flow: Flow): string {
  return flow.allowed ? (APPLICATIONS[flow.destinationPort] ?? 'unknown-tcp') : 'not-applicable';
}
