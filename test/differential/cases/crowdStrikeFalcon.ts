import { type Case, pick, START } from '../case';

export const crowdStrikeFalcon: Case = {
  source: 'crowdStrikeFalcon',
  table: 'CommonSecurityLog',
  change: (n) => ({
    DeviceVendor: 'CrowdStrike',
    DeviceProduct: 'FalconHost',
    DeviceEventClassID: 'FirewallMatchEvent',
    LogSeverity: pick(n, 2, '0', '1', '2', '3', '4', '5'),
    ReceiptTime: String(START + n * 1000),
    AdditionalExtensions: [
      'deviceId=000000000000000000000000000000aa',
      'hostName=pc1.example.net',
      `connectionDirection=${pick(n, 1, '1', '2')}`,
      `localAddress=${pick(n, 3, '10.0.0.4', 'fd00::4')}`,
      `localPort=${50_000 + n}`,
      `remoteAddress=${pick(n, 3, '203.0.113.7', '2001:db8::17')}`,
      `remotePort=${40_000 + n}`,
      `protocol=${pick(n, 2, '6', '17')}`,
      `ruleAction=${pick(n, 5, '0', '1', '2')}`,
      'ruleName=sample rule',
      `matchCount=${n + 1}`,
      'eventType=FirewallRuleIP4Matched',
    ].join(';'),
  }),
};
