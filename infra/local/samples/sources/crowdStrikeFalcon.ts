/** CrowdStrike Falcon: matches of the host firewall, in CommonSecurityLog, as the SIEM connector's CEF and as the streaming API's JSON. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';

const DEVICE = '000000000000000000000000000000aa';

/** The keys of the match, as the connector spells them. */
function match({ source, sourcePort, destination, port, inbound, allowed }: Conversation): Record<string, string> {
  return {
    deviceId: DEVICE,
    hostName: 'pc1',
    connectionDirection: inbound ? '1' : '2',
    localAddress: inbound ? destination : source,
    localPort: String(inbound ? port : sourcePort),
    remoteAddress: inbound ? source : destination,
    remotePort: String(inbound ? sourcePort : port),
    protocol: '6',
    icmpCode: '0',
    icmpType: '0',
    ruleAction: allowed ? '1' : '2',
    ruleName: allowed ? 'allow web' : 'block inbound',
    ruleGroupName: 'base',
    matchCount: '1',
    networkProfile: '1',
    eventType: 'FirewallRuleIP4Matched',
  };
}

/** The streaming API's spelling. */
function apiKeys(keys: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(keys).map(([key, value]) => [
      key.startsWith('icmp') ? key.replace('icmp', 'ICMP') : `${key.charAt(0).toUpperCase()}${key.slice(1)}`,
      value,
    ]),
  );
}

export const crowdStrikeFalcon: SourceSample = {
  source: 'crowdStrikeFalcon',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'CommonSecurityLog',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          DeviceVendor: 'CrowdStrike',
          DeviceProduct: 'FalconHost',
          DeviceVersion: '1.0',
          DeviceEventClassID: 'FirewallMatchEvent',
          Activity: 'Firewall Match Event',
          LogSeverity: '1',
          ReceiptTime: String(one.end.getTime()),
          AdditionalExtensions: Object.entries(match(one))
            .map((pair) => pair.join('='))
            .join(';'),
        })),
      ),
      {
        container: 'falcon',
        name: 'connector.cef',
        content: all
          .map((one) => {
            const pairs = Object.entries({ rt: String(one.end.getTime()), ...match(one) }).map((pair) =>
              pair.join('='),
            );
            return `CEF:0|CrowdStrike|FalconHost|1.0|FirewallMatchEvent|Firewall Match Event|1|${pairs.join(' ')}\n`;
          })
          .join(''),
      },
      {
        container: 'falcon',
        name: 'stream.json',
        content: jsonLines(
          all.map((one) => ({
            metadata: {
              customerIDString: '00000000000000000000000000000001',
              offset: one.number,
              eventType: 'FirewallMatchEvent',
              eventCreationTime: one.end.getTime(),
              version: '1.0',
            },
            event: apiKeys(match(one)),
          })),
        ),
      },
    ];
  },
};
