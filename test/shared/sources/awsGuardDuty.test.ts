import { describe, expect, it } from 'vitest';
import { conforms } from './conformance';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const ID = '0123456789abcdef0123456789abcdef';
const ARN = `arn:aws:guardduty:eu-west-1:111122223333:detector/d1/finding/${ID}`;
const INSTANCE = {
  resourceType: 'Instance',
  instanceDetails: {
    instanceId: 'i-0123456789abcdef0',
    instanceType: 't3.micro',
    platform: null,
    networkInterfaces: [
      {
        vpcId: 'vpc-0a',
        subnetId: 'subnet-0a',
        privateIpAddress: '10.0.1.5',
        publicIp: '198.51.100.99',
        ipv6Addresses: [],
      },
    ],
  },
};
const remote = (ipAddressV4: string): object => ({
  ipAddressV4,
  country: { countryName: 'Netherlands' },
  city: { cityName: 'Amsterdam' },
  geoLocation: { lat: 52.37, lon: 4.89 },
  organization: { asn: '64496', asnOrg: 'Example', isp: 'Example ISP', org: 'Example Org' },
});

function finding(action: object, changes: object = {}): object {
  return {
    schemaVersion: '2.0',
    accountId: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    id: ID,
    arn: ARN,
    type: 'UnauthorizedAccess:EC2/SSHBruteForce',
    resource: INSTANCE,
    service: {
      serviceName: 'guardduty',
      action,
      eventFirstSeen: '2026-03-02T09:50:00.000Z',
      eventLastSeen: '2026-03-02T10:00:00.000Z',
      count: 3,
    },
    severity: 8,
    createdAt: '2026-03-02T10:00:12.123Z',
    updatedAt: '2026-03-02T10:05:00.000Z',
    title: 'i-0123456789abcdef0 is performing SSH brute force attacks.',
    ...changes,
  };
}

const connection = (direction: string, blocked: boolean, changes: object = {}): object => ({
  actionType: 'NETWORK_CONNECTION',
  networkConnectionAction: {
    blocked,
    connectionDirection: direction,
    protocol: 'TCP',
    localPortDetails: { port: 40022, portName: 'Unknown' },
    remotePortDetails: { port: 22, portName: 'SSH' },
    localIpDetails: { ipAddressV4: '10.0.1.5' },
    remoteIpDetails: remote('203.0.113.9'),
    ...changes,
  },
});
const probe = (...ports: readonly number[]): object => ({
  actionType: 'PORT_PROBE',
  portProbeAction: {
    blocked: false,
    portProbeDetails: ports.map((port) => ({
      localPortDetails: { port },
      localIpDetails: { ipAddressV4: '10.0.1.5' },
      remoteIpDetails: remote('203.0.113.9'),
    })),
  },
});
const call = {
  actionType: 'AWS_API_CALL',
  awsApiCallAction: { api: 'ListBuckets', serviceName: 's3.amazonaws.com', remoteIpDetails: remote('203.0.113.9') },
};

const EACH = {
  TimeGenerated: '2026-03-02T10:00:12.123Z',
  EventStartTime: '2026-03-02T10:00:12.123Z',
  EventEndTime: '2026-03-02T10:00:12.123Z',
  EventCount: 1,
  EventType: 'IDS',
  EventVendor: 'AWS',
  EventProduct: 'GuardDuty',
  EventSchemaVersion: '0.2.7',
  EventResult: 'Success',
  EventSeverity: 'High',
  EventOriginalSeverity: '8',
  EventOriginalType: 'UnauthorizedAccess:EC2/SSHBruteForce',
  EventMessage: 'i-0123456789abcdef0 is performing SSH brute force attacks.',
  Dvc: 'GuardDuty',
  DvcSubscriptionId: '111122223333',
  NetworkProtocolVersion: 'IPv4',
  NetworkRuleName: 'UnauthorizedAccess:EC2/SSHBruteForce',
  ThreatName: 'UnauthorizedAccess:EC2/SSHBruteForce',
  ThreatIpAddr: '203.0.113.9',
  ThreatRiskLevel: 80,
  ThreatOriginalRiskLevel: '8',
} as const;
const MORE = {
  AccountId: '111122223333',
  Region: 'eu-west-1',
  Partition: 'aws',
  FindingArn: ARN,
  VpcId: 'vpc-0a',
  SubnetId: 'subnet-0a',
  InstanceId: 'i-0123456789abcdef0',
  InstanceType: 't3.micro',
  RemoteAsn: '64496',
  RemoteIsp: 'Example ISP',
  EventFirstSeen: '2026-03-02T09:50:00.000Z',
  EventCount: '3',
} as const;
const far = (side: 'Src' | 'Dst'): Session => ({
  [`${side}IpAddr`]: '203.0.113.9',
  [`${side}GeoCountry`]: 'Netherlands',
  [`${side}GeoCity`]: 'Amsterdam',
  [`${side}GeoLatitude`]: 52.37,
  [`${side}GeoLongitude`]: 4.89,
  [`${side}Description`]: 'Example Org',
  ThreatField: `${side}IpAddr`,
});
const near = (side: 'Src' | 'Dst'): Session => ({
  [`${side}IpAddr`]: '10.0.1.5',
  [`${side}Hostname`]: 'i-0123456789abcdef0',
  [`${side}DvcId`]: 'i-0123456789abcdef0',
  [`${side}DvcIdType`]: 'Other',
});
const PROBED: Session = {
  ...EACH,
  ...far('Src'),
  ...near('Dst'),
  EventResult: 'Failure',
  EventOriginalSubType: 'PORT_PROBE',
  NetworkDirection: 'Inbound',
  AdditionalFields: { ...MORE, ActionType: 'PORT_PROBE' },
};
const OUTBOUND: Session = {
  ...EACH,
  ...far('Dst'),
  ...near('Src'),
  EventOriginalSubType: 'NETWORK_CONNECTION',
  DvcAction: 'Allow',
  SrcPortNumber: 40022,
  DstPortNumber: 22,
  NetworkProtocol: 'TCP',
  NetworkApplicationProtocol: 'SSH',
  NetworkDirection: 'Outbound',
  AdditionalFields: { ...MORE, ActionType: 'NETWORK_CONNECTION' },
};
const INBOUND: Session = {
  ...OUTBOUND,
  ...far('Src'),
  ...near('Dst'),
  EventResult: 'Failure',
  DvcAction: 'Deny',
  SrcPortNumber: 22,
  DstPortNumber: 40022,
  NetworkDirection: 'Inbound',
};
for (const name of ['Hostname', 'DvcId', 'DvcIdType']) delete INBOUND[`Src${name}`];
for (const name of ['GeoCountry', 'GeoCity', 'GeoLatitude', 'GeoLongitude', 'Description'])
  delete INBOUND[`Dst${name}`];
delete INBOUND.NetworkApplicationProtocol;
const CALLED: Session = {
  ...EACH,
  ...far('Src'),
  EventOriginalSubType: 'AWS_API_CALL',
  NetworkDirection: 'NA',
  AdditionalFields: { ...MORE, ActionType: 'AWS_API_CALL', Api: 'ListBuckets', ServiceName: 's3.amazonaws.com' },
};

describe('exported findings', () => {
  const records = [
    finding(connection('OUTBOUND', false)),
    finding(connection('INBOUND', true), { id: `${ID}1` }),
    finding(probe(22, 3389), { id: `${ID}2` }),
    finding(call, { id: `${ID}3` }),
    finding({ actionType: 'DNS_REQUEST', dnsRequestAction: { domain: 'bad.example.net' } }),
    finding(probe()),
    finding(connection('INBOUND', false, { remoteIpDetails: { ipAddressV4: 'somewhere' }, localIpDetails: {} }), {
      resource: {},
    }),
  ].map((one) => JSON.stringify(one));
  conforms({
    source: 'awsGuardDuty',
    content: `${records.join('\n')}\n`,
    expected: [
      OUTBOUND,
      INBOUND,
      { ...PROBED, DstPortNumber: 22, NetworkApplicationProtocol: 'SSH' },
      { ...PROBED, DstPortNumber: 3389, NetworkApplicationProtocol: 'RDP' },
      CALLED,
      'skipped:notConnection',
      'skipped:noRemoteAddress',
      'dead:badAddress',
    ],
    records: records.flatMap((text, index) => (index === 2 ? [text, text] : [text])),
  });
});

/** A finding as a row of the table; `dynamic` columns are objects, or texts of JSON in some exports. */
function row(action: object, changes: object = {}, dynamic: (value: unknown) => unknown = (value) => value): string {
  const { service, resource } = finding(action) as { service: unknown; resource: unknown };
  return JSON.stringify({
    TimeGenerated: '2026-03-02T10:05:00Z',
    Id: ID,
    Arn: ARN,
    AccountId: '111122223333',
    Region: 'eu-west-1',
    Partition: 'aws',
    ActivityType: EACH.ThreatName,
    Severity: 8,
    Title: EACH.EventMessage,
    TimeCreated: '2026-03-02T10:00:12.123Z',
    ServiceDetails: dynamic(service),
    ResourceDetails: dynamic(resource),
    Type: 'AWSGuardDuty',
    ...changes,
  });
}

describe('table rows', () => {
  const records = [
    row(connection('OUTBOUND', false), { Id: `${ID}1` }),
    row(
      connection('UNKNOWN', false, {
        remoteIpDetails: { ipAddressV6: '2001:db8::9' },
        localIpDetails: { ipAddressV4: 'fd00::5' },
      }),
      {
        Id: `${ID}2`,
        Severity: 5,
      },
    ),
    row(probe(443), { Id: `${ID}3`, Severity: null }, JSON.stringify),
    row(call, { Severity: 2 }),
    row({ actionType: 'KUBERNETES_API_CALL' }),
    row({}, { ServiceDetails: 'none' }),
  ];
  conforms({
    source: 'awsGuardDuty',
    content: `${records.join('\n')}\n`,
    records,
    expected: [
      OUTBOUND,
      {
        ...EACH,
        ...near('Dst'),
        EventOriginalSubType: 'NETWORK_CONNECTION',
        EventSeverity: 'Medium',
        EventOriginalSeverity: '5',
        DvcAction: 'Allow',
        SrcIpAddr: '2001:db8::9',
        SrcPortNumber: 22,
        DstIpAddr: 'fd00::5',
        DstPortNumber: 40022,
        NetworkProtocol: 'TCP',
        NetworkProtocolVersion: 'IPv6',
        NetworkDirection: 'NA',
        ThreatIpAddr: '2001:db8::9',
        ThreatField: 'SrcIpAddr',
        ThreatRiskLevel: 50,
        ThreatOriginalRiskLevel: '5',
        AdditionalFields: without(MORE, 'RemoteAsn', 'RemoteIsp', { ActionType: 'NETWORK_CONNECTION' }),
      },
      without(
        { ...PROBED, DstPortNumber: 443 },
        'EventOriginalSeverity',
        'ThreatRiskLevel',
        {
          NetworkApplicationProtocol: 'HTTPS',
          EventSeverity: 'Informational',
        },
        'ThreatOriginalRiskLevel',
      ),
      {
        ...CALLED,
        EventSeverity: 'Low',
        EventOriginalSeverity: '2',
        ThreatRiskLevel: 20,
        ThreatOriginalRiskLevel: '2',
      },
      'skipped:notConnection',
      'skipped:notConnection',
    ],
  });
});

/** Without some members, and with others. */
function without(session: Session, ...changes: readonly (string | Session)[]): Session {
  const result = { ...session };
  for (const change of changes) {
    if (typeof change === 'string') delete result[change];
    else Object.assign(result, change);
  }
  return result;
}

/** Members as the API of the SDKs spells them. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [`${name[0]?.toUpperCase()}${name.slice(1)}`, pascal(inner)]),
  );
}

describe('GuardDuty', () => {
  const record = finding(connection('OUTBOUND', false));
  const same = (content: unknown): void => {
    const [session = {}] = sessionsOf(normalizeAll(JSON.stringify(content)));
    expect(without(session, 'EventOriginalUid')).toEqual(OUTBOUND);
    expect(session.EventOriginalUid).toBe(ID);
  };

  it('reads findings in EventBridge’s events', () => {
    same({ version: '0', 'detail-type': 'GuardDuty Finding', source: 'aws.guardduty', resources: [], detail: record });
  });

  it('reads findings as the SDKs spell them, in the list that they come in', () => {
    same({ findings: [pascal(record)] });
    same({ Findings: [pascal(record)] });
    expect(kindsOf(normalizeAll('{"findings":[]}\n'))).toEqual([]);
  });

  it('numbers the ports of one finding', () => {
    const ids = sessionsOf(normalizeAll(JSON.stringify(finding(probe(1, 2, 3))))).map((one) => one.EventOriginalUid);
    expect(ids).toEqual([ID, `${ID}#2`, `${ID}#3`]);
  });
});
