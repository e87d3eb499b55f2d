/** Traffic Analytics over virtual network flow logs: rows of NTANetAnalytics; public addresses stand in lists with counters. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';

function row(one: Conversation): object {
  const [remote, local] = one.inbound ? (['Src', 'Dest'] as const) : (['Dest', 'Src'] as const);
  const [publicAddress, privateAddress] = one.inbound ? [one.source, one.destination] : [one.destination, one.source];
  const [[sent, received], [packetsSent, packetsReceived]] = [one.bytes, one.packets];
  const flows = one.allowed ? 1 : 0;
  return {
    TimeGenerated: one.end.toISOString(),
    SubType: 'FlowLog',
    FaSchemaVersion: '3',
    FlowType: 'ExternalPublic',
    FlowDirection: one.inbound ? 'Inbound' : 'Outbound',
    FlowStatus: one.allowed ? 'Allowed' : 'Denied',
    FlowStartTime: one.start.toISOString(),
    FlowEndTime: one.end.toISOString(),
    [`${local}Ip`]: privateAddress,
    [`${remote}Ip`]: '',
    [`${remote}PublicIps`]: `${publicAddress}|1|${flows}|${packetsSent}|${packetsReceived}|${sent}|${received}`,
    [`${local}Vm`]: 'sample/host1',
    [`${local}Nic`]: 'sample/host1-nic',
    [`${local}Subscription`]: SUBSCRIPTION,
    SrcPorts: String(one.sourcePort),
    DestPort: one.port,
    L4Protocol: 'T',
    L7Protocol: one.port === 443 ? 'https' : 'unknown',
    AclRule: one.allowed ? 'DefaultRule_AllowInternetOutBound' : 'DefaultRule_DenyAllInBound',
    BytesSrcToDest: sent,
    BytesDestToSrc: received,
    PacketsSrcToDest: packetsSent,
    PacketsDestToSrc: packetsReceived,
    CompletedFlows: flows,
    MacAddress: '60-45-BD-00-00-01',
    TargetResourceId: `${SUBSCRIPTION}/sample/vnet-sample`,
  };
}

export const azureTrafficAnalytics: SourceSample = {
  source: 'azureTrafficAnalytics',
  table: 'NTANetAnalytics',
  write: (scene) => [exportedRows('NTANetAnalytics', scene, everything(scene).map(row))],
};
