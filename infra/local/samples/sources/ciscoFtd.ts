/** Cisco FTD: the unified events of connections that ended, as the device's syslog and as rows of CommonSecurityLog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const DEVICE = '00000000-0000-4000-8000-00000000f7d1';

function message(one: Conversation): string {
  const [from, to] = one.inbound ? ['outside', 'inside'] : ['inside', 'outside'];
  const pairs: readonly (readonly [string, string | number])[] = [
    ['EventPriority', 'Low'],
    ['DeviceUUID', DEVICE],
    ['InstanceID', 1],
    ['FirstPacketSecond', one.start.toISOString().replace('.000', '')],
    ['ConnectionID', 5000 + one.number],
    ['AccessControlRuleAction', one.allowed ? 'Allow' : 'Block'],
    ['SrcIP', one.source],
    ['DstIP', one.destination],
    ['SrcPort', one.sourcePort],
    ['DstPort', one.port],
    ['Protocol', 'tcp'],
    ['IngressInterface', from],
    ['EgressInterface', to],
    ['IngressZone', `${from}-zone`],
    ['EgressZone', `${to}-zone`],
    ['ACPolicy', 'base'],
    ['AccessControlRuleName', one.allowed ? 'allow web' : 'Default Action'],
    ['Prefilter Policy', 'Default Prefilter Policy'],
    ['User', 'No Authentication Required'],
    ['ConnectionDuration', (one.end.getTime() - one.start.getTime()) / 1000],
    ['InitiatorPackets', one.packets[0]],
    ['ResponderPackets', one.packets[1]],
    ['InitiatorBytes', one.bytes[0]],
    ['ResponderBytes', one.bytes[1]],
    ['NAPPolicy', 'Balanced Security and Connectivity'],
  ];
  return `%FTD-6-430003: ${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')}`;
}

function row(one: Conversation): object {
  return {
    TimeGenerated: one.end.toISOString(),
    DeviceVendor: 'Cisco',
    DeviceProduct: 'FTD',
    DeviceEventClassID: '430003',
    LogSeverity: 'Low',
    OriginalLogSeverity: '6',
    DeviceName: 'ftd01',
    Message: message(one),
    Computer: 'ftd01',
  };
}

export const ciscoFtd: SourceSample = {
  source: 'ciscoFtd',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    const lines = all.map((one) => `<113>${one.end.toISOString().replace('.000', '')} ftd01 : ${message(one)}\n`);
    return [
      exportedRows('CommonSecurityLog', scene, all.map(row)),
      { container: 'syslog', name: 'ftd01/ftd.log', content: lines.join('') },
    ];
  },
};
