import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const RESOURCE =
  '/SUBSCRIPTIONS/00000000-0000-4000-8000-0000000000AA/RESOURCEGROUPS/HUB/PROVIDERS/MICROSOFT.NETWORK/AZUREFIREWALLS/FW01';
const SUBSCRIPTION = '00000000-0000-4000-8000-0000000000aa';

const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 1,
  EventType: 'NetworkSession',
  EventVendor: 'Microsoft',
  EventProduct: 'Azure Firewall',
  EventSchemaVersion: '0.2.7',
  Dvc: 'FW01',
  DvcHostname: 'FW01',
  DvcId: RESOURCE,
  DvcIdType: 'AzureResourceId',
  DvcSubscriptionId: SUBSCRIPTION,
  NetworkProtocolVersion: 'IPv4',
} as const;
const ALLOWED = { EventResult: 'Success', EventSeverity: 'Informational', DvcAction: 'Allow' } as const;
const DENIED = { EventResult: 'Failure', EventSeverity: 'Low', DvcAction: 'Deny', DvcOriginalAction: 'Deny' } as const;
const WEB = {
  SrcIpAddr: '10.0.1.5',
  SrcPortNumber: 51512,
  DstIpAddr: '198.51.100.20',
  DstPortNumber: 443,
  NetworkProtocol: 'TCP',
  NetworkDirection: 'Outbound',
} as const;

/** A legacy record as a diagnostic setting writes it. */
function legacy(msg: string, operation = 'NetworkRule'): string {
  return JSON.stringify({
    category: 'AzureFirewallNetworkRule',
    operationName: `AzureFirewall${operation}Log`,
    properties: { msg },
    resourceId: RESOURCE,
    time: '2026-03-02T10:00:12.1234560Z',
  });
}

/** A structured one. */
function structured(category: string, properties: object): string {
  return JSON.stringify({
    category,
    properties: { Protocol: 'TCP', SourceIp: '10.0.1.5', DestinationIp: '198.51.100.20', ...properties },
    resourceId: RESOURCE,
    time: '2026-03-02T10:00:12.123456+00:00',
  });
}

const PORTS = { SourcePort: 51512, DestinationPort: 443 };
const RULE = { Policy: 'hub', RuleCollectionGroup: 'net', RuleCollection: 'web', Rule: 'allow https' };
const RULE_FIELDS = {
  NetworkRuleName: 'allow https',
  AdditionalFields: { Policy: 'hub', RuleCollectionGroup: 'net', RuleCollection: 'web' },
};

function check(records: readonly string[], expected: readonly (Session | string)[], container: string): void {
  conforms({
    source: 'azureFirewall',
    content: `${records.join('\n')}\n`,
    expected,
    records,
    path: { container, name: `resourceId=${RESOURCE}/y=2026/m=03/d=02/h=10/m=00/PT1H.json` },
  });
}

describe('legacy resource logs', () => {
  check(
    [
      legacy('TCP request from 10.0.1.5:51512 to 198.51.100.20:443. Action: Allow. '),
      legacy('ICMP Type=8 request from 10.0.1.5 to 10.0.2.9. Action: Deny. '),
      legacy(
        "TCP request from 203.0.113.9:40022 to 192.0.2.1:3389 was DNAT'ed to 10.0.1.7:13389. Policy: hub. Rule Collection Group: nat.v2. Rule Collection: in. Rule: rdp in",
        'NatRule',
      ),
      legacy(
        'TCP request from 10.0.1.5:51512 to 198.51.100.20:443. Action: drop. Signature: 2000001. IDS: Example - [odd.example] v1. 2 tool. Priority: 1. Classification: Misc activity',
      ),
      legacy(
        'HTTP request from 10.0.1.5:51513 to bad.example.net:80. Url: bad.example.net/a.b. Action: Alert. ThreatIntel: Bot Networks',
        'ThreatIntel',
      ),
      legacy('HTTP request from 10.0.1.5:51513 to www.example.net:80. Action: Allow. '),
      legacy('Firewall is starting'),
    ],
    [
      {
        ...EACH,
        ...ALLOWED,
        ...WEB,
        DvcOriginalAction: 'Allow',
        EventOriginalType: 'AzureFirewallNetworkRuleLog',
      },
      {
        ...EACH,
        ...DENIED,
        EventOriginalType: 'AzureFirewallNetworkRuleLog',
        SrcIpAddr: '10.0.1.5',
        DstIpAddr: '10.0.2.9',
        NetworkProtocol: 'ICMP',
        NetworkIcmpCode: 8,
        NetworkIcmpType: 'Echo',
        NetworkDirection: 'Local',
      },
      {
        ...EACH,
        ...ALLOWED,
        EventOriginalType: 'AzureFirewallNatRuleLog',
        SrcIpAddr: '203.0.113.9',
        SrcPortNumber: 40022,
        DstIpAddr: '192.0.2.1',
        DstPortNumber: 3389,
        DstNatIpAddr: '10.0.1.7',
        DstNatPortNumber: 13389,
        NetworkProtocol: 'TCP',
        NetworkDirection: 'Inbound',
        NetworkRuleName: 'rdp in',
        AdditionalFields: { Policy: 'hub', RuleCollectionGroup: 'nat.v2', RuleCollection: 'in' },
      },
      {
        ...EACH,
        ...WEB,
        EventType: 'IDS',
        EventResult: 'Failure',
        EventSeverity: 'High',
        EventOriginalSeverity: '1',
        EventOriginalType: 'AzureFirewallNetworkRuleLog',
        DvcAction: 'Drop',
        DvcOriginalAction: 'drop',
        ThreatId: '2000001',
        ThreatName: 'Example - [odd.example] v1. 2 tool',
        ThreatCategory: 'Misc activity',
      },
      {
        ...EACH,
        EventType: 'IDS',
        EventResult: 'Success',
        EventSeverity: 'Medium',
        EventOriginalType: 'AzureFirewallThreatIntelLog',
        EventReportUrl: 'bad.example.net/a.b',
        DvcAction: 'Allow',
        DvcOriginalAction: 'Alert',
        SrcIpAddr: '10.0.1.5',
        SrcPortNumber: 51513,
        DstPortNumber: 80,
        NetworkProtocol: 'TCP',
        NetworkApplicationProtocol: 'HTTP',
        NetworkDirection: 'NA',
        ThreatName: 'Bot Networks',
        AdditionalFields: { DstHostname: 'bad.example.net' },
      },
      'skipped:namedDestination',
      'dead:malformedMessage',
    ],
    'insights-logs-azurefirewallnetworkrule',
  );
});

describe('structured resource logs', () => {
  check(
    [
      structured('AZFWNetworkRule', { ...PORTS, ...RULE, Action: 'Allow', ActionReason: '' }),
      structured('AZFWNetworkRule', {
        SourceIp: '2001:db8::9',
        DestinationIp: 'fd00::5',
        SourcePort: '0',
        DestinationPort: '0',
        Protocol: 'ICMP Type=128',
        Action: 'Deny',
        ActionReason: 'Default Action',
      }),
      structured('AZFWNatRule', {
        SourceIp: '203.0.113.9',
        SourcePort: 40022,
        DestinationIp: '192.0.2.1',
        DestinationPort: 22,
        TranslatedIp: '10.0.1.7',
        TranslatedPort: 2222,
        Rule: 'ssh',
      }),
      structured('AZFWThreatIntel', {
        ...PORTS,
        Protocol: 'HTTPS',
        Fqdn: 'bad.example.net',
        Url: 'https://bad.example.net/',
        Action: 'Deny',
        ThreatDescription: 'Listed address',
        IsTlsInspected: true,
      }),
      structured('AZFWIdpsSignature', {
        ...PORTS,
        Action: 'alert',
        SignatureId: '2000001',
        Category: 'Trojan',
        Description: 'Example beacon',
        Severity: 1,
      }),
      structured('AZFWFlowTrace', { ...PORTS, Flag: 'RST' }),
      structured('AZFWNetworkRule', { ...PORTS, SourceIp: '<unknown>', Action: 'Allow' }),
      '{"time":"2026-03-02T10:00:12Z","category":"AZFWNetworkRule"}',
    ],
    [
      {
        ...EACH,
        ...ALLOWED,
        ...WEB,
        ...RULE_FIELDS,
        DvcOriginalAction: 'Allow',
        EventOriginalType: 'AZFWNetworkRule',
      },
      {
        ...EACH,
        ...DENIED,
        EventOriginalType: 'AZFWNetworkRule',
        EventOriginalResultDetails: 'Default Action',
        SrcIpAddr: '2001:db8::9',
        DstIpAddr: 'fd00::5',
        NetworkProtocol: 'ICMP',
        NetworkProtocolVersion: 'IPv6',
        NetworkIcmpCode: 128,
        NetworkIcmpType: 'Echo Request',
        NetworkDirection: 'Inbound',
      },
      {
        ...EACH,
        ...ALLOWED,
        EventOriginalType: 'AZFWNatRule',
        SrcIpAddr: '203.0.113.9',
        SrcPortNumber: 40022,
        DstIpAddr: '192.0.2.1',
        DstPortNumber: 22,
        DstNatIpAddr: '10.0.1.7',
        DstNatPortNumber: 2222,
        NetworkProtocol: 'TCP',
        NetworkDirection: 'Inbound',
        NetworkRuleName: 'ssh',
      },
      {
        ...EACH,
        ...DENIED,
        ...WEB,
        EventType: 'IDS',
        EventSeverity: 'Medium',
        EventOriginalType: 'AZFWThreatIntel',
        EventReportUrl: 'https://bad.example.net/',
        DstHostname: 'bad',
        DstDomain: 'example.net',
        DstDomainType: 'FQDN',
        DstFQDN: 'bad.example.net',
        NetworkApplicationProtocol: 'HTTPS',
        ThreatName: 'Listed address',
        AdditionalFields: { IsTlsInspected: true },
      },
      {
        ...EACH,
        ...ALLOWED,
        ...WEB,
        EventType: 'IDS',
        EventSeverity: 'High',
        EventOriginalSeverity: '1',
        EventOriginalType: 'AZFWIdpsSignature',
        DvcOriginalAction: 'alert',
        ThreatId: '2000001',
        ThreatCategory: 'Trojan',
        ThreatName: 'Example beacon',
      },
      'skipped:otherCategory',
      'dead:badAddress',
      'dead:noProperties',
    ],
    'insights-logs-azfwnetworkrule',
  );
});

/** A row of a table; the identity is the platform's. */
function row(Type: string, columns: object): string {
  return JSON.stringify({
    TenantId: '00000000-0000-4000-8000-000000000001',
    TimeGenerated: '2026-03-02T10:00:12.1234567Z',
    Type,
    ...columns,
  });
}

describe('table rows', () => {
  const platform = { _ResourceId: RESOURCE, _SubscriptionId: SUBSCRIPTION };
  const ends = { Protocol: 'UDP', SourceIp: '10.0.1.5', SourcePort: 5353, DestinationIp: '10.0.2.9' };
  const records = [
    row('AzureDiagnostics', {
      ResourceId: RESOURCE,
      SubscriptionId: SUBSCRIPTION,
      Category: 'AzureFirewallNetworkRule',
      OperationName: 'AzureFirewallNetworkRuleLog',
      msg_s: 'UDP request from 10.0.1.5:5353 to 10.0.2.9:53. Action: Deny. Reason: No rule matched.',
    }),
    row('AzureDiagnostics', { Category: 'AzureFirewallApplicationRule', msg_s: 'HTTPS request' }),
    row('AZFWNetworkRule', { ...platform, ...ends, DestinationPort: 53, Action: 'Drop', ...RULE, ActionReason: null }),
    row('AZFWNatRule', { ...platform, ...ends, DestinationPort: 53, TranslatedIp: '10.0.3.1', TranslatedPort: 53 }),
    row('AZFWThreatIntel', { ...platform, ...ends, DestinationPort: 53, Action: 'Alert', ThreatDescription: 'Listed' }),
    row('AZFWIdpsSignature', { ...platform, ...ends, DestinationPort: 53, Action: 'Deny', Severity: 4 }),
  ];
  const dns = {
    ...EACH,
    SrcIpAddr: '10.0.1.5',
    SrcPortNumber: 5353,
    DstIpAddr: '10.0.2.9',
    DstPortNumber: 53,
    NetworkProtocol: 'UDP',
    NetworkDirection: 'Local',
  };
  conforms({
    source: 'azureFirewall',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      {
        ...dns,
        ...DENIED,
        EventOriginalType: 'AzureFirewallNetworkRuleLog',
        EventOriginalResultDetails: 'No rule matched',
      },
      'skipped:otherCategory',
      {
        ...dns,
        ...RULE_FIELDS,
        EventResult: 'Failure',
        EventSeverity: 'Low',
        EventOriginalType: 'AZFWNetworkRule',
        DvcAction: 'Drop',
        DvcOriginalAction: 'Drop',
      },
      { ...dns, ...ALLOWED, EventOriginalType: 'AZFWNatRule', DstNatIpAddr: '10.0.3.1', DstNatPortNumber: 53 },
      {
        ...dns,
        ...ALLOWED,
        EventType: 'IDS',
        EventSeverity: 'Medium',
        EventOriginalType: 'AZFWThreatIntel',
        DvcOriginalAction: 'Alert',
        ThreatName: 'Listed',
      },
      {
        ...dns,
        ...DENIED,
        EventType: 'IDS',
        EventOriginalSeverity: '4',
        EventOriginalType: 'AZFWIdpsSignature',
      },
    ],
  });
});

describe('Azure Firewall', () => {
  const one = (record: string): Session => sessionsOf(normalizeAll(record))[0] ?? {};

  it('leaves other products’ rows of AzureDiagnostics alone', () => {
    const vault = row('AzureDiagnostics', { Category: 'AuditEvent', OperationName: 'VaultGet' });
    expect(kindsOf(normalizeAll(vault))).toEqual(['skipped:otherProduct']);
  });

  it('reads the list that an event hub makes of records', () => {
    const record = legacy('TCP request from 10.0.1.5:51512 to 198.51.100.20:443. Action: Allow.');
    expect(kindsOf(normalizeAll(`{"records":[${record},${record}]}`))).toEqual(['session', 'session']);
  });

  it.each([
    ['Allow.. Rule Collection: Permit all. Rule: any', { NetworkRuleName: 'any', DvcAction: 'Allow' }],
    ['Allow. Policy: p.1. Rule Collection Group: g. Rule Collection: c. Rule: r', { NetworkRuleName: 'r' }],
    ['Deny', { DvcAction: 'Deny', EventResult: 'Failure', NetworkRuleName: undefined }],
    ['constructor. ', { DvcAction: undefined, DvcOriginalAction: 'constructor' }],
  ])('takes the tail apart: %s', (tail, fields) => {
    const session = one(legacy(`TCP request from 10.0.1.5:51512 to 198.51.100.20:443. Action: ${tail}`));
    expect({ ...session, ...fields }).toEqual(session);
    expect(session).toMatchObject(WEB);
  });

  it.each([
    ['ICMP request from 10.0.1.5: to 198.51.100.20:. Action: alert. Signature: 1. IDS: x', '10.0.1.5', '198.51.100.20'],
    ['UDP request from [fd00::5]:53 to [2001:db8::9]:5353. Action: Allow. ', 'fd00::5', '2001:db8::9'],
  ])('finds the addresses in %s', (msg, SrcIpAddr, DstIpAddr) => {
    expect(one(legacy(msg))).toMatchObject({ SrcIpAddr, DstIpAddr });
  });

  it.each(['3/2/2026 11:00:12 AM +01:00', '2026-03-02T12:00:12+02:00', '2026-03-02T10:00:12', '03/02/2026 10:00:12'])(
    'reads the time %s',
    (time) => {
      const record = { ...JSON.parse(structured('AZFWNetworkRule', { ...PORTS, Action: 'Allow' })), time };
      expect(one(JSON.stringify(record)).TimeGenerated).toBe('2026-03-02T10:00:12.000Z');
    },
  );
});
