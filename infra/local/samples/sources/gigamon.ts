/** Gigamon: rows of GigamonV2_CL, the exporter's JSON and the CEF that it is made of. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';

/** `2026:03:02 10:00:12.123` */
const written = (time: Date): string => time.toISOString().replace('T', ' ').replace('Z', '').replaceAll('-', ':');

/** All of them are texts. */
function record(one: Conversation): object {
  return {
    vendor: 'Gigamon',
    version: '6.5.00',
    generator: 'gs_apps_sample_00000000-0000-4000-8000-000000000001',
    src_ip: one.source,
    dst_ip: one.destination,
    protocol: '6',
    src_port: String(one.sourcePort),
    dst_port: String(one.port),
    app_id: '67',
    app_name: one.port === 443 ? 'https' : 'unknown',
    ip_version: '4',
    src_bytes: String(one.bytes[0]),
    dst_bytes: String(one.bytes[1]),
    src_packets: String(one.packets[0]),
    dst_packets: String(one.packets[1]),
    start_time: written(one.start),
    end_time: written(one.end),
    id: `6794084547130${String(one.number).padStart(5, '0')}`,
    seq_num: String(one.number),
  };
}

function cef(one: Conversation): string {
  const extension = [
    `GigamonApplicationID=67 GigamonApplicationName=https src=${one.source} dst=${one.destination} spt=${one.sourcePort} dpt=${one.port}`,
    `proto=6 GigamonInitiatorOctets=${one.bytes[0]} GigamonResponderOctets=${one.bytes[1]} GigamonInitiatorPackets=${one.packets[0]}`,
    `GigamonResponderPackets=${one.packets[1]} GigamonMdataFlowStartMsec=${written(one.start)} GigamonMdataFlowEndMsec=${written(one.end)}`,
  ].join(' ');
  return `CEF:0|Gigamon|metadata|6.5.00|4|metadata generation|6|${extension}\n`;
}

export const gigamon: SourceSample = {
  source: 'gigamon',
  table: 'GigamonV2_CL',
  write(scene) {
    const all = everything(scene);
    const rows = all.map((one) => ({ TimeGenerated: one.end.toISOString(), ...record(one) }));
    return [
      exportedRows('GigamonV2_CL', scene, rows),
      { container: 'gigamon', name: 'amx/sample.json', content: jsonLines(all.map(record)) },
      { container: 'gigamon', name: 'ami/sample.cef', content: all.map(cef).join('') },
    ];
  },
};
