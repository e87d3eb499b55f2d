/** Cisco FTD's unified events of connections and intrusions. */
import { type Case, pick, timeOf } from '../case';

const ID = '00000000-0000-0000-0000-00000000ffff';

export const ciscoFtd: Case = {
  source: 'ciscoFtd',
  table: 'CommonSecurityLog',
  change: (n) => {
    const id = pick(n, 1, '430002', '430003', '430001');
    const action = pick(n, 3, 'Allow', 'Trust', 'Block', 'Block with reset', 'Monitor');
    const inline = pick(n, 4, 'Alert', 'Would block', 'Block');
    const kind =
      id === '430001'
        ? `Priority: ${pick(n, 2, 1, 2, 3)}, GID: 1, SID: ${n + 1}, Revision: 3, Message: a, odd: message, Classification: Misc, InlineResult: ${inline}`
        : `AccessControlRuleAction: ${action}, AccessControlRuleName: rule, with comma, ConnectionDuration: ${n}`;
    return {
      DeviceVendor: 'Cisco',
      DeviceProduct: 'FTD',
      DeviceEventClassID: id,
      DeviceName: 'ftd1',
      Message: `%FTD-6-${id}: EventPriority: ${pick(n, 5, 'High', 'Medium', 'Low')}, DeviceUUID: ${ID}, InstanceID: 1, FirstPacketSecond: ${timeOf(n)}, ConnectionID: ${n}, SrcIP: ${pick(n, 5, '10.0.0.4', '203.0.113.7')}, DstIP: ${pick(n, 2, '10.1.2.3', '198.51.100.23')}, SrcPort: 51512, DstPort: ${pick(n, 7, 443, 53)}, Protocol: ${pick(n, 3, 'tcp', 'udp')}, IngressZone: A, EgressZone: B, ${kind}, User: ${pick(n, 4, 'Unknown', 'EXAMPLE\\bob')}, InitiatorPackets: ${n % 9}, ResponderPackets: ${n % 7}, InitiatorBytes: ${n * 1000}, ResponderBytes: ${n}, NAPPolicy: base`,
    };
  },
};
