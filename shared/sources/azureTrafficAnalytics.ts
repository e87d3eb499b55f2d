/**
 * Virtual network and NSG flows as Traffic Analytics (version 2) enriches them. Table NTANetAnalytics.
 * Follows the upstream mapping ASimNetworkSessionNTANetAnalytics 0.1.1 and corrects:
 * - the destination's name is the destination's machine; the country is the remote side's;
 * - the duration is worked out; a malicious flow has a threat category.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { lastPart, publicAddresses } from './publicAddresses';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'NTANetAnalytics';
const ZONES: ReadonlyMap<string, string> = new Map([
  ['IntraVNet', 'Internal'],
  ['InterVNet', 'Internal'],
  ['ExternalPublic', 'Internet'],
  ['MaliciousFlow', 'Internet'],
  ['AzurePublic', 'Azure'],
  ['S2S', 'S2S'],
  ['P2S', 'P2S'],
]);
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['T', 'TCP'],
  ['U', 'UDP'],
  ['I', 'ICMP'],
]);

function map(row: Row): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  if (get('SubType') !== 'FlowLog') return skipped('notFlowLog');
  const inbound = get('FlowDirection') === 'Inbound';
  const outbound = get('FlowDirection') === 'Outbound';
  const [local, remote] = inbound ? (['Dst', 'Src'] as const) : (['Src', 'Dst'] as const);
  const [sources, destinations] = [publicAddresses(get('SrcPublicIps')), publicAddresses(get('DestPublicIps'))];
  const start = parseLogTime(get('FlowStartTime'));
  const end = parseLogTime(get('FlowEndTime'));
  const resource = get('TargetResourceId');
  const status = get('FlowStatus');
  const malicious = /malicious/i.test(get('FlowType'));
  return {
    EventCount: get('CompletedFlows'),
    EventStartTime: start,
    EventEndTime: end,
    NetworkDuration: start !== undefined && end !== undefined && end >= start ? end - start : undefined,
    EventOriginalSubType: get('FlowType'),
    EventOriginalResultDetails: malicious ? 'Malicious' : '',
    DvcAction: status === 'Denied' ? 'Deny' : status === 'Allowed' ? 'Allow' : undefined,
    DvcOriginalAction: status,
    Dvc: 'Azure NSG flows',
    SrcIpAddr: get('SrcIp') || sources[0],
    SrcPortNumber: get('SrcPorts').split('|', 1)[0],
    SrcHostname: lastPart(get('SrcVm')),
    SrcInterfaceName: lastPart(get('SrcNic')),
    SrcSubscriptionId: get('SrcSubscription'),
    SrcBytes: get('BytesSrcToDest'),
    SrcPackets: get('PacketsSrcToDest'),
    SrcZone: ZONES.get(get('FlowType')) ?? (get('FlowType') === '' ? '' : 'Unknown'),
    DstIpAddr: get('DestIp') || destinations[0],
    DstPortNumber: get('DestPort'),
    DstHostname: lastPart(get('DestVm')),
    DstInterfaceName: lastPart(get('DestNic')),
    DstSubscriptionId: get('DestSubscription'),
    DstBytes: get('BytesDestToSrc'),
    DstPackets: get('PacketsDestToSrc'),
    [`${local}DvcId`]: inbound || outbound ? resource : '',
    ...((inbound || outbound) && resource !== '' && { [`${local}DvcIdType`]: 'AzureResourceId' as const }),
    [`${local}MacAddr`]: inbound || outbound ? get('MacAddress') : '',
    [`${remote}GeoCountry`]: get('Country').toUpperCase(),
    NetworkProtocol: PROTOCOLS.get(get('L4Protocol')) ?? get('L4Protocol'),
    NetworkApplicationProtocol: get('L7Protocol').toUpperCase(),
    stated: inbound ? 'Inbound' : outbound ? 'Outbound' : undefined,
    NetworkRuleName: get('AclRule'),
    ThreatCategory: malicious ? 'Malicious' : '',
    AdditionalFields: {
      SrcPublicAddresses: sources.length > 1 ? sources : undefined,
      DstPublicAddresses: destinations.length > 1 ? destinations : undefined,
      AclGroup: get('AclGroup'),
      FlowEncryption: get('FlowEncryption'),
      Region: get('SrcRegion') || get('DestRegion'),
    },
  };
}

export const azureTrafficAnalytics: RowSource = {
  id: 'azureTrafficAnalytics',
  vendor: 'Microsoft',
  product: 'Traffic Analytics of virtual network flow logs',
  table: TABLE,
  facts: 'ASimNetworkSessionNTANetAnalytics 0.1.1',
  asim: { vendor: 'Microsoft', product: 'Azure NSG flows', types: ['Flow'] },
  filter: 'Rows of sub type FlowLog; others are skipped (notFlowLog).',
  forms: [],
  sweep: true,
  gaps: ['of several public addresses in one row the first is the session’s'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['BytesSrcToDest', 'SrcIp', 'DestIp'] }, owns: () => true, map },
};
