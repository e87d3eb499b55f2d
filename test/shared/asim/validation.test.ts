import { describe, expect, it } from 'vitest';
import { NETWORK_SESSION_TABLE } from '../../../shared/asim/networkSessionTable';
import { findings } from '../../../shared/asim/validation';

const TIME = '2026-03-02T10:00:12.000Z';
const GOOD = {
  TimeGenerated: TIME,
  EventStartTime: TIME,
  EventEndTime: TIME,
  EventCount: 1,
  EventType: 'NetworkSession',
  EventResult: 'Success',
  EventVendor: 'V',
  EventProduct: 'P',
  EventSchemaVersion: '0.2.7',
  Dvc: 'fw1',
  SrcIpAddr: '10.0.0.1',
  DstIpAddr: '2001:db8::1',
};

describe('the check of sessions', () => {
  it('finds nothing in a right one', () => {
    expect(findings(GOOD)).toEqual([]);
    expect(
      findings({
        ...GOOD,
        NetworkProtocol: 'TCP',
        DvcAction: 'Deny',
        EventResult: 'Failure',
        EventSeverity: 'Low',
        SrcMacAddr: '06:10:9f:eb:8f:14',
        DvcFQDN: 'fw1.example.net',
        TcpFlagsSyn: true,
        AdditionalFields: {},
      }),
    ).toEqual([]);
  });

  it.each([
    'TimeGenerated',
    'EventCount',
    'EventType',
    'EventResult',
    'EventVendor',
    'EventSchemaVersion',
    'Dvc',
    'SrcIpAddr',
    'DstIpAddr',
  ])('misses %s', (name) => {
    const { [name as keyof typeof GOOD]: _, ...rest } = GOOD;
    expect(findings(rest).map((one) => one.field)).toContain(name);
  });

  it.each([
    ['Src', 'x'],
    ['EventUid', 'x'],
    ['TenantId', 'x'],
    ['Dvc', ''],
    ['EventCount', 0],
    ['EventCount', '1'],
    ['EventCount', 2 ** 31],
    ['EventEndTime', '2026-03-02T10:00:11.000Z'],
    ['EventStartTime', '2026-03-02 10:00:12'],
    ['EventResult', 'Allowed'],
    ['EventSeverity', 'Minor'],
    ['SrcIpAddr', '10.0.0.01'],
    ['SrcIpAddr', '::ffff:10.0.0.1'],
    ['SrcIpAddr', '2001:DB8::1'],
    ['SrcNatIpAddr', 'host'],
    ['SrcMacAddr', '06109febf814'],
    ['SrcPortNumber', 65_536],
    ['SrcPortNumber', -1],
    ['SrcBytes', 1.5],
    ['SrcBytes', -1],
    ['SrcHostname', 'a.b'],
    ['NetworkDirection', 'Listen'],
    ['NetworkProtocol', 'tcp'],
    ['NetworkProtocolVersion', 'IPV4'],
    ['TcpFlagsSyn', 1],
    ['ThreatRiskLevel', 101],
    ['AdditionalFields', '{}'],
    ['EventSchemaVersion', '0.2'],
    ['DvcFQDN', 'fw1'],
  ])('finds %s = %o', (name, value) => {
    expect(findings({ ...GOOD, [name]: value }).map((one) => one.field)).toContain(name);
  });

  it.each([
    [{ DvcId: 'x' }, 'DvcIdType'],
    [{ SrcUsername: 'x' }, 'SrcUsernameType'],
    [{ SrcAppName: 'x' }, 'SrcAppType'],
    [{ DstDomain: 'x' }, 'DstDomainType'],
    [{ ThreatIpAddr: '10.0.0.1' }, 'ThreatField'],
    [{ DvcAction: 'Drop' }, 'EventResult'],
    [{ EventType: 'Flow', EventSubType: 'End' }, 'EventSubType'],
  ])('wants with %o also a right %s', (more, field) => {
    expect(findings({ ...GOOD, ...more }).map((one) => one.field)).toEqual([field]);
  });
});

describe('the table', () => {
  it('holds what may be sent, once, and nothing that the platform fills', () => {
    const names = NETWORK_SESSION_TABLE.columns.map((column) => column.name);
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBe(139);
    for (const name of ['TimeGenerated', 'Dvc', 'EventOriginalUid', 'NetworkDirection', 'SrcSubscriptionId'])
      expect(names).toContain(name);
    for (const name of ['Type', 'TenantId', '_ItemId', 'EventUid', 'EventSchema', 'Src', 'IpAddr'])
      expect(names).not.toContain(name);
    expect(NETWORK_SESSION_TABLE.columns.find((column) => column.name === 'TcpFlagsAck')?.type).toBe('boolean');
  });
});
