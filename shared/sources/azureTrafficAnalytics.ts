/**
 * Virtual network and NSG flows as Traffic Analytics (version 2) enriches them. Table NTANetAnalytics.
 * Follows the upstream mapping ASimNetworkSessionNTANetAnalytics 0.1.1 and corrects:
 * - the destination's name is the destination's machine; the country is the remote side's;
 * - the duration is worked out; a malicious flow has a threat category;
 * - a row that stands for several public addresses gives a session for each of them.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { lastPart, perAddress, publicAddresses } from './publicAddresses';
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

const DIRECTIONS: ReadonlyMap<string, 'Inbound' | 'Outbound'> = new Map([
  ['Inbound', 'Inbound'],
  ['I', 'Inbound'],
  ['Outbound', 'Outbound'],
  ['O', 'Outbound'],
]);
const ACTIONS: ReadonlyMap<string, 'Allow' | 'Deny'> = new Map([
  ['Allowed', 'Allow'],
  ['A', 'Allow'],
  ['Denied', 'Deny'],
  ['D', 'Deny'],
]);

function map(row: Row): SessionDraft | readonly SessionDraft[] | Refusal {
  const get = (column: string): string => row.text(column);
  if (get('SubType') !== 'FlowLog') return skipped('notFlowLog');
  const stated = DIRECTIONS.get(get('FlowDirection'));
  const inbound = stated === 'Inbound';
  const [sources, destinations] = [publicAddresses(get('SrcPublicIps')), publicAddresses(get('DestPublicIps'))];
  const start = parseLogTime(get('FlowStartTime'));
  const end = parseLogTime(get('FlowEndTime'));
  // The NIC is the Azure side's, the country the other's.
  const [resource, mac] = stated === undefined ? ['', ''] : [get('TargetResourceId'), get('MacAddress')];
  const country = get('Country').toUpperCase();
  const malicious = /malicious/i.test(get('FlowType'));
  const draft: SessionDraft = {
    EventCount: get('CompletedFlows'),
    EventStartTime: start,
    EventEndTime: end,
    NetworkDuration: start !== undefined && end !== undefined && end >= start ? end - start : undefined,
    EventOriginalSubType: get('FlowType'),
    EventOriginalResultDetails: malicious ? 'Malicious' : '',
    DvcAction: ACTIONS.get(get('FlowStatus')),
    DvcOriginalAction: get('FlowStatus'),
    Dvc: 'Azure NSG flows',
    SrcIpAddr: get('SrcIp') || sources[0]?.address,
    SrcPortNumber: get('SrcPorts').split('|', 1)[0],
    SrcHostname: lastPart(get('SrcVm')),
    SrcInterfaceName: lastPart(get('SrcNic')),
    SrcDvcId: inbound ? '' : resource,
    SrcDvcIdType: 'AzureResourceId',
    SrcMacAddr: inbound ? '' : mac,
    SrcGeoCountry: inbound ? country : '',
    SrcSubscriptionId: get('SrcSubscription'),
    SrcBytes: get('BytesSrcToDest'),
    SrcPackets: get('PacketsSrcToDest'),
    SrcZone: ZONES.get(get('FlowType')) ?? (get('FlowType') === '' ? '' : 'Unknown'),
    DstIpAddr: get('DestIp') || destinations[0]?.address,
    DstPortNumber: get('DestPort'),
    DstHostname: lastPart(get('DestVm')),
    DstInterfaceName: lastPart(get('DestNic')),
    DstDvcId: inbound ? resource : '',
    DstDvcIdType: 'AzureResourceId',
    DstMacAddr: inbound ? mac : '',
    DstGeoCountry: inbound ? '' : country,
    DstSubscriptionId: get('DestSubscription'),
    DstBytes: get('BytesDestToSrc'),
    DstPackets: get('PacketsDestToSrc'),
    NetworkProtocol: PROTOCOLS.get(get('L4Protocol')) ?? get('L4Protocol'),
    NetworkApplicationProtocol: get('L7Protocol').toUpperCase(),
    stated,
    NetworkRuleName: get('AclRule') || get('NsgRule'),
    ThreatCategory: malicious ? 'Malicious' : '',
    AdditionalFields: {
      SrcIpAddresses: sources.length > 0 ? sources.map(({ address }) => address) : undefined,
      DstIpAddresses: destinations.length > 0 ? destinations.map(({ address }) => address) : undefined,
      AclGroup: get('AclGroup'),
      FlowEncryption: get('FlowEncryption'),
      Region: get('SrcRegion') || get('DestRegion'),
    },
  };
  if (get('SrcIp') === '' && sources.length > 1) return perAddress(draft, 'Src', sources, false);
  if (get('DestIp') === '') return perAddress(draft, 'Dst', destinations, false);
  return draft;
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
  gaps: ['of several source ports in one row the first is the session’s'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['BytesSrcToDest', 'SrcIp', 'DestIp'] }, owns: () => true, map },
};
