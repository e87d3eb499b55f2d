/** Illumio Core: rows of both of its tables, and the PCE's flow summaries as JSON and over syslog as CEF. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';

const PCE = 'pce.example.net';

/** Names and values of a flow summary, without its time. */
function summary(one: Conversation): object {
  return {
    pce_fqdn: PCE,
    org_id: 1,
    interval_sec: 600,
    version: 4,
    proto: 6,
    src_ip: one.source,
    dst_ip: one.destination,
    dst_port: one.port,
    class: 'U',
    dir: one.inbound ? 'I' : 'O',
    state: one.allowed ? 'C' : 'T',
    pd: one.allowed ? 0 : 2,
    pd_qualifier: 0,
    flow_count: 1,
    dst_dbi: one.bytes[0],
    dst_dbo: one.bytes[1],
    ddms: one.end.getTime() - one.start.getTime(),
    pn: one.inbound ? 'sshd' : 'curl',
    network: 'Corporate',
  };
}

function cloudRow(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    EndTime: one.end.toISOString(),
    SrcIP: one.source,
    SrcCloud: 'azure',
    DstIP: one.destination,
    DstPort: String(one.port),
    DstCloud: 'azure',
    Protocol: 'TCP',
    Bytes: String(one.bytes[0] + one.bytes[1]),
    Status: one.allowed ? 'Allowed' : 'Denied',
  };
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function cef(one: Conversation): string {
  const [day, clock] = one.end.toISOString().split('T');
  const [year, month, date] = (day ?? '').split('-');
  const decision = one.allowed ? 'allowed' : 'blocked';
  const extension = [
    `act=${decision} cat=flow_summary deviceDirection=${one.inbound ? 0 : 1} dpt=${one.port} src=${one.source} dst=${one.destination}`,
    `proto=tcp cnt=1 rt=${MONTHS[Number(month) - 1]} ${date} ${year} ${clock?.slice(0, 8)} cn1=600 cn1Label=interval_sec`,
    `cn2=${one.bytes[0]} cn2Label=dbi cn3=${one.bytes[1]} cn3Label=dbo cs2=C cs2Label=state dvchost=${PCE} msg={"trafclass_code":"U"}`,
  ].join(' ');
  return `<14>1 ${one.end.toISOString()} ${PCE} illumio_pce/collector 1 - - sec=603799.633 sev=INFO pid=1 CEF:0|Illumio|PCE|26.2.20|flow_${decision}|Flow|1|${extension}\n`;
}

export const illumioCore: SourceSample = {
  source: 'illumioCore',
  table: 'Illumio_Flow_Events_CL',
  write(scene) {
    const all = everything(scene);
    const timed = (name: string) => (one: Conversation) => ({ [name]: one.end.toISOString(), ...summary(one) });
    return [
      exportedRows('Illumio_Flow_Events_CL', scene, all.map(timed('TimeGenerated'))),
      exportedRows('Illumio_Flow_Events2_CL', scene, all.map(timed('TimeGenerated'))),
      exportedRows('IllumioFlowEventsV2_CL', scene, all.map(cloudRow)),
      { container: 'illumio', name: 'flow_summaries/sample.jsonl', content: jsonLines(all.map(timed('timestamp'))) },
      { container: 'syslog', name: 'illumio/pce.log', content: all.map(cef).join('') },
    ];
  },
};
