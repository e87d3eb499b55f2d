/**
 * NSG flows as Traffic Analytics (version 1) enriches them. Table AzureNetworkAnalytics_CL.
 * Follows the upstream mapping ASimNetworkSessionAzureNSG 0.1.1 and corrects:
 * - the NIC is the Azure machine's: destination of an inbound flow, source of an outbound one;
 * - the remote machine's name is kept; denied flows are Low; a resource group is no domain;
 * - a row that stands for several public addresses gives a session for each of them.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { wholeNumber } from './numbers';
import { lastPart, type PublicAddress, perAddress, publicAddresses } from './publicAddresses';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'AzureNetworkAnalytics_CL';
const COUNTERS = ['AllowedInFlows_d', 'DeniedInFlows_d', 'AllowedOutFlows_d', 'DeniedOutFlows_d'];

function map(row: Row): SessionDraft | readonly SessionDraft[] | Refusal {
  const get = (column: string): string => row.text(column);
  if (get('FlowType_s') === '') return skipped('notFlow');
  const inbound = get('FlowDirection_s') === 'I';
  if (!inbound && get('FlowDirection_s') !== 'O') return skipped('noDirection');
  const [local, remote] = inbound ? (['Dst', 'Src'] as const) : (['Src', 'Dst'] as const);
  // VM1 is the source's machine, VM2 the destination's: `group/name`. Rows of the first schema name only the machine of the NIC.
  const older = (side: 'Src' | 'Dst', column: string): string => (side === local ? get(column) : '');
  const listed = (side: 'Src' | 'Dst', column: string): readonly PublicAddress[] =>
    publicAddresses(get(column) || (side === remote ? get('PublicIPs_s') : ''));
  const sources = listed('Src', 'SrcPublicIPs_s');
  const destinations = listed('Dst', 'DestPublicIPs_s');
  const sourceAddress = get('SrcIP_s') || (sources.length === 0 ? older('Src', 'VMIP_s') : '');
  const destinationAddress = get('DestIP_s') || (destinations.length === 0 ? older('Dst', 'VMIP_s') : '');
  const sourceMachine = get('VM1_s') || older('Src', 'VM_s');
  const destinationMachine = get('VM2_s') || older('Dst', 'VM_s');
  const denied = get('FlowStatus_s') === 'D';
  const start = parseLogTime(get('FlowStartTime_t'));
  const end = parseLogTime(get('FlowEndTime_t'));
  const sent = inbound ? 'Inbound' : 'Outbound';
  const received = inbound ? 'Outbound' : 'Inbound';
  const malicious = get('FlowType_s') === 'MaliciousFlow';
  const draft: SessionDraft = {
    EventCount: COUNTERS.reduce((sum, column) => sum + (wholeNumber(get(column)) ?? 0), 0) || 1,
    EventStartTime: start,
    EventEndTime: end,
    NetworkDuration: start !== undefined && end !== undefined && end >= start ? end - start : undefined,
    EventOriginalSubType: get('FlowType_s'),
    DvcAction: denied ? 'Deny' : get('FlowStatus_s') === 'A' ? 'Allow' : undefined,
    DvcOriginalAction: get('FlowStatus_s'),
    DvcSubscriptionId: get('Subscription_g') || get('NSGList_s').split('/', 1)[0],
    Dvc: get('NSGList_s'),
    SrcIpAddr: sourceAddress || sources[0]?.address,
    SrcHostname: lastPart(sourceMachine),
    SrcInterfaceName: lastPart(get('NIC1_s') || older('Src', 'NIC_s')),
    SrcMacAddr: inbound ? '' : get('MACAddress_s'),
    SrcGeoCountry: inbound ? get('Country_s').toUpperCase() : '',
    SrcSubscriptionId: get('Subscription1_g'),
    SrcBytes: get(`${sent}Bytes_d`),
    SrcPackets: get(`${sent}Packets_d`),
    DstIpAddr: destinationAddress || destinations[0]?.address,
    DstPortNumber: get('DestPort_d'),
    DstHostname: lastPart(destinationMachine),
    DstInterfaceName: lastPart(get('NIC2_s') || older('Dst', 'NIC_s')),
    DstMacAddr: inbound ? get('MACAddress_s') : '',
    DstGeoCountry: inbound ? '' : get('Country_s').toUpperCase(),
    DstSubscriptionId: get('Subscription2_g'),
    DstBytes: get(`${received}Bytes_d`),
    DstPackets: get(`${received}Packets_d`),
    NetworkProtocol: get('L4Protocol_s') === 'T' ? 'TCP' : get('L4Protocol_s') === 'U' ? 'UDP' : get('L4Protocol_s'),
    NetworkApplicationProtocol: get('L7Protocol_s').toUpperCase(),
    stated: inbound ? 'Inbound' : 'Outbound',
    NetworkRuleName: get('NSGRule_s'),
    NetworkSessionId: get('ConnectionName_s'),
    ThreatCategory: malicious ? 'Malicious' : '',
    AdditionalFields: {
      SrcResourceGroup: sourceMachine.includes('/') ? sourceMachine.slice(0, sourceMachine.indexOf('/')) : '',
      DstResourceGroup: destinationMachine.includes('/')
        ? destinationMachine.slice(0, destinationMachine.indexOf('/'))
        : '',
      SrcIpAddresses: sources.length > 0 ? sources.map(({ address }) => address) : undefined,
      DstIpAddresses: destinations.length > 0 ? destinations.map(({ address }) => address) : undefined,
      AzureRegion: get('AzureRegion_s'),
    },
  };
  if (sourceAddress === '' && sources.length > 1) return perAddress(draft, 'Src', sources, inbound);
  if (destinationAddress === '') return perAddress(draft, 'Dst', destinations, inbound);
  return draft;
}

export const azureNsgTrafficAnalytics: RowSource = {
  id: 'azureNsgTrafficAnalytics',
  vendor: 'Microsoft',
  product: 'Traffic Analytics of NSG flow logs',
  table: TABLE,
  facts: 'ASimNetworkSessionAzureNSG 0.1.1',
  asim: { vendor: 'Microsoft', product: 'Azure NSG flows', types: ['Flow'] },
  filter: 'Rows with a flow type and direction I or O; others are skipped (notFlow, noDirection).',
  forms: [],
  sweep: true,
  gaps: ['the rows have no source port'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['FlowDirection_s', 'FlowType_s'] }, owns: () => true, map },
};
