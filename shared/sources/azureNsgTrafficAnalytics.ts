/**
 * NSG flows as Traffic Analytics (version 1) enriches them. Table AzureNetworkAnalytics_CL.
 * Follows the upstream mapping ASimNetworkSessionAzureNSG 0.1.1 and corrects:
 * - the NIC is the Azure machine's: destination of an inbound flow, source of an outbound one;
 * - the remote machine's name is kept; denied flows are Low; a resource group is no domain.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { wholeNumber } from './numbers';
import { lastPart, publicAddresses } from './publicAddresses';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'AzureNetworkAnalytics_CL';
const COUNTERS = ['AllowedInFlows_d', 'DeniedInFlows_d', 'AllowedOutFlows_d', 'DeniedOutFlows_d'];

function map(row: Row): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  if (get('FlowType_s') === '') return skipped('notFlow');
  const inbound = get('FlowDirection_s') === 'I';
  if (!inbound && get('FlowDirection_s') !== 'O') return skipped('noDirection');
  const [local, remote] = inbound ? (['Dst', 'Src'] as const) : (['Src', 'Dst'] as const);
  const [sources, destinations] = [publicAddresses(get('SrcPublicIPs_s')), publicAddresses(get('DestPublicIPs_s'))];
  const source = get('SrcIP_s') || (sources[0] ?? '');
  const destination = get('DestIP_s') || (destinations[0] ?? '');
  // VM1 is the source's machine, VM2 the destination's: `group/name`.
  const [sourceMachine, destinationMachine] = [get('VM1_s'), get('VM2_s')];
  const denied = get('FlowStatus_s') === 'D';
  const start = parseLogTime(get('FlowStartTime_t'));
  const end = parseLogTime(get('FlowEndTime_t'));
  const sent = inbound ? 'Inbound' : 'Outbound';
  const received = inbound ? 'Outbound' : 'Inbound';
  return {
    EventCount: COUNTERS.reduce((sum, column) => sum + (wholeNumber(get(column)) ?? 0), 0) || 1,
    EventStartTime: start,
    EventEndTime: end,
    NetworkDuration: start !== undefined && end !== undefined && end >= start ? end - start : undefined,
    EventOriginalSubType: get('FlowType_s'),
    DvcAction: denied ? 'Deny' : get('FlowStatus_s') === 'A' ? 'Allow' : undefined,
    DvcOriginalAction: get('FlowStatus_s'),
    DvcSubscriptionId: get('Subscription_g'),
    Dvc: get('NSGList_s'),
    SrcIpAddr: source,
    SrcHostname: lastPart(sourceMachine),
    SrcBytes: get(`${sent}Bytes_d`),
    SrcPackets: get(`${sent}Packets_d`),
    DstIpAddr: destination,
    DstPortNumber: get('DestPort_d'),
    DstHostname: lastPart(destinationMachine),
    DstBytes: get(`${received}Bytes_d`),
    DstPackets: get(`${received}Packets_d`),
    [`${local}MacAddr`]: get('MACAddress_s'),
    [`${local}InterfaceName`]: lastPart(get('NIC_s')),
    [`${remote}GeoCountry`]: get('Country_s').toUpperCase(),
    NetworkProtocol: get('L4Protocol_s') === 'T' ? 'TCP' : get('L4Protocol_s') === 'U' ? 'UDP' : get('L4Protocol_s'),
    NetworkApplicationProtocol: get('L7Protocol_s').toUpperCase(),
    stated: inbound ? 'Inbound' : 'Outbound',
    NetworkRuleName: get('NSGRule_s'),
    NetworkSessionId: get('ConnectionName_s'),
    AdditionalFields: {
      SrcResourceGroup: sourceMachine.includes('/') ? sourceMachine.slice(0, sourceMachine.indexOf('/')) : '',
      DstResourceGroup: destinationMachine.includes('/')
        ? destinationMachine.slice(0, destinationMachine.indexOf('/'))
        : '',
      SrcPublicAddresses: sources.length > 1 ? sources : undefined,
      DstPublicAddresses: destinations.length > 1 ? destinations : undefined,
    },
  };
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
  gaps: ['the rows have no source port', 'of several public addresses in one row the first is the session’s'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['FlowDirection_s', 'FlowType_s'] }, owns: () => true, map },
};
