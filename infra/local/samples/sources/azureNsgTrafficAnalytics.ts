/** Traffic Analytics over NSG flow logs: rows of AzureNetworkAnalytics_CL, which have no source ports. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';

function row(one: Conversation): object {
  const [publicAddress, privateAddress] = one.inbound ? [one.source, one.destination] : [one.destination, one.source];
  const [inner, outer] = one.inbound ? (['Dest', 'Src'] as const) : (['Src', 'Dest'] as const);
  // In and out are the NIC's: what an outbound flow's source sends goes out.
  const [inboundBytes, outboundBytes] = one.inbound ? one.bytes : [one.bytes[1], one.bytes[0]];
  const [inboundPackets, outboundPackets] = one.inbound ? one.packets : [one.packets[1], one.packets[0]];
  return {
    TimeGenerated: one.end.toISOString(),
    SubType_s: 'FlowLog',
    FASchemaVersion_s: '2',
    FlowType_s: 'ExternalPublic',
    FlowDirection_s: one.inbound ? 'I' : 'O',
    FlowStatus_s: one.allowed ? 'A' : 'D',
    FlowStartTime_t: one.start.toISOString(),
    FlowEndTime_t: one.end.toISOString(),
    [`${inner}IP_s`]: privateAddress,
    [`${outer}PublicIPs_s`]: `${publicAddress}|1|0|${outboundPackets}|${inboundPackets}|${outboundBytes}|${inboundBytes}`,
    [one.inbound ? 'VM2_s' : 'VM1_s']: 'sample/host1',
    NIC_s: 'sample/host1-nic',
    DestPort_d: one.port,
    L4Protocol_s: 'T',
    L7Protocol_s: one.port === 443 ? 'https' : 'unknown',
    NSGList_s: `${SUBSCRIPTION}/sample/nsg-sample`,
    NSGRule_s: one.allowed ? 'DefaultRule_AllowInternetOutBound' : 'DefaultRule_DenyAllInBound',
    MACAddress_s: '00-0D-3A-00-00-01',
    Subscription_g: SUBSCRIPTION,
    AllowedInFlows_d: 0,
    AllowedOutFlows_d: one.allowed ? 1 : 0,
    DeniedInFlows_d: one.allowed ? 0 : 1,
    DeniedOutFlows_d: 0,
    InboundBytes_d: inboundBytes,
    OutboundBytes_d: outboundBytes,
    InboundPackets_d: inboundPackets,
    OutboundPackets_d: outboundPackets,
  };
}

export const azureNsgTrafficAnalytics: SourceSample = {
  source: 'azureNsgTrafficAnalytics',
  table: 'AzureNetworkAnalytics_CL',
  write: (scene) => [exportedRows('AzureNetworkAnalytics_CL', scene, everything(scene).map(row))],
};
