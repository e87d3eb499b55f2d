import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressBook } from '../../../shared/asim/addresses';
import { completeSession } from '../../../shared/asim/completeSession';
import { NETWORK_SESSION_FIELDS } from '../../../shared/asim/networkSessionFields';
import type { SessionDraft } from '../../../shared/asim/sessionDraft';
import { findings } from '../../../shared/asim/validation';
import { parseNetworks } from '../../../shared/networks';

const RECORDED = Date.UTC(2026, 2, 2, 10, 0, 12);

function complete(draft: SessionDraft): Record<string, unknown> | string {
  const completed = completeSession(draft, {
    vendor: 'Example',
    product: 'Wall',
    type: 'NetworkSession',
    recorded: RECORDED,
    addresses: new AddressBook(parseNetworks(['10.0.0.0/8'])),
    identity: () => 'digest-of-record',
  });
  return completed.kind === 'session' ? (JSON.parse(completed.row) as Record<string, unknown>) : completed.reason;
}

const ENDS = { SrcIpAddr: '10.0.0.5', DstIpAddr: '203.0.113.9' };

describe('completing a session', () => {
  it('gives all that the schema demands from two addresses', () => {
    const session = complete(ENDS);
    expect(session).toEqual({
      TimeGenerated: '2026-03-02T10:00:12.000Z',
      EventStartTime: '2026-03-02T10:00:12.000Z',
      EventEndTime: '2026-03-02T10:00:12.000Z',
      EventCount: 1,
      EventType: 'NetworkSession',
      EventVendor: 'Example',
      EventProduct: 'Wall',
      EventSchemaVersion: '0.2.7',
      EventResult: 'Success',
      EventSeverity: 'Informational',
      EventOriginalUid: 'digest-of-record',
      Dvc: 'Example/Wall',
      NetworkDirection: 'Outbound',
      NetworkProtocolVersion: 'IPv4',
      ...ENDS,
    });
    expect(findings(session as Record<string, unknown>)).toEqual([]);
  });

  it.each<[string, SessionDraft, Record<string, unknown>]>([
    [
      'the end from start and duration',
      { EventStartTime: RECORDED, NetworkDuration: 5000 },
      { EventEndTime: '2026-03-02T10:00:17.000Z' },
    ],
    [
      'the start from end and duration',
      { EventEndTime: RECORDED, NetworkDuration: 2000 },
      { EventStartTime: '2026-03-02T10:00:10.000Z' },
    ],
    [
      'a blocked session’s result and severity',
      { DvcAction: 'Drop', EventResult: 'Success' },
      { EventResult: 'Failure', EventSeverity: 'Low' },
    ],
    ['a severity that is higher', { DvcAction: 'Deny', EventSeverity: 'High' }, { EventSeverity: 'High' }],
    ['sums', { SrcBytes: '100', DstBytes: 20 }, { NetworkBytes: 120 }],
    ['one side of a sum', { SrcPackets: 4 }, { NetworkPackets: 4 }],
    [
      'a protocol by number, without ports that mean nothing',
      { NetworkProtocol: '1', SrcPortNumber: 0, NetworkIcmpCode: 8 },
      { NetworkProtocol: 'ICMP', NetworkIcmpType: 'Echo', SrcPortNumber: undefined },
    ],
    [
      'a protocol by name',
      { NetworkProtocol: 'udp', DstPortNumber: '53' },
      { NetworkProtocol: 'UDP', DstPortNumber: 53 },
    ],
    [
      'parts of a host name',
      { DvcHostname: 'fw.example.net' },
      {
        DvcHostname: 'fw',
        DvcDomain: 'example.net',
        DvcFQDN: 'fw.example.net',
        DvcDomainType: 'FQDN',
        Dvc: 'fw.example.net',
      },
    ],
    [
      'an address in the place of the device’s name',
      { DvcHostname: '10.0.0.1' },
      { DvcIpAddr: '10.0.0.1', Dvc: '10.0.0.1', DvcHostname: undefined },
    ],
    ['a user’s type', { SrcUsername: 'EXAMPLE\\anna' }, { SrcUsernameType: 'Windows' }],
    ['a machine', { SrcUserId: 'S-1-5-18' }, { SrcUserIdType: 'SID', SrcUserType: 'Machine' }],
    ['nobody', { SrcUserId: 'S-1-0-0' }, { SrcUserId: undefined, SrcUserIdType: undefined }],
    [
      'no translation',
      { SrcNatIpAddr: '0.0.0.0', SrcNatPortNumber: '0' },
      { SrcNatIpAddr: undefined, SrcNatPortNumber: undefined },
    ],
    ['a MAC address', { SrcMacAddr: '00-00-5E-00-53-01' }, { SrcMacAddr: '00:00:5e:00:53:01' }],
    ['the threat’s end', { ThreatIpAddr: '203.0.113.9' }, { ThreatField: 'DstIpAddr' }],
    [
      'what fits no field',
      { DstPortNumber: '70000', NetworkProtocol: 'smoke', SrcMacAddr: 'x' },
      { DstPortNumber: undefined, AdditionalFields: { DstPortNumber: '70000', Protocol: 'smoke', SrcMacAddr: 'x' } },
    ],
    [
      'times in the wrong order',
      { EventStartTime: RECORDED, EventEndTime: RECORDED - 1000 },
      { EventStartTime: '2026-03-02T10:00:11.000Z', EventEndTime: '2026-03-02T10:00:12.000Z' },
    ],
    [
      'an endpoint that listens',
      { EventType: 'EndpointNetworkSession', NetworkDirection: 'Listen', DstIpAddr: undefined },
      { NetworkDirection: 'Listen', DstIpAddr: undefined },
    ],
    [
      'an endpoint between strangers',
      { EventType: 'EndpointNetworkSession', SrcIpAddr: '198.51.100.1' },
      { NetworkDirection: 'NA' },
    ],
  ])('works out %s', (_, draft, expected) => {
    const session = complete({ ...ENDS, ...draft });
    expect(session).toMatchObject(
      Object.fromEntries(Object.entries(expected).filter(([, value]) => value !== undefined)),
    );
    for (const name of Object.keys(expected))
      expect((session as Record<string, unknown>)[name]).toEqual(expected[name]);
    expect(findings(session as Record<string, unknown>)).toEqual([]);
  });

  it('refuses a session without its addresses, or without any time', () => {
    expect(complete({ SrcIpAddr: '10.0.0.5' })).toBe('badAddress');
    expect(complete({ ...ENDS, DstIpAddr: '10.0.0.256' })).toBe('badAddress');
    const frame = {
      vendor: 'a',
      product: 'b',
      type: 'Flow',
      recorded: undefined,
      addresses: new AddressBook(parseNetworks([])),
      identity: () => 'x',
    } as const;
    expect(completeSession(ENDS, frame)).toEqual({ kind: 'dead', reason: 'badTime' });
  });

  it('gives a valid session whatever texts and numbers a draft holds', () => {
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '10.0.0.5',
        '::1',
        'a.b.c',
        'host',
        '-5',
        '99999999999',
        '1e9',
        'S-1-5-18',
        '00:11:22:33:44:55',
        'a\\b',
      ),
      fc.integer(),
      fc.double(),
    );
    const loose = Object.entries(NETWORK_SESSION_FIELDS).filter(
      ([, field]) => !('values' in field) && !['dynamic', 'boolean', 'datetime'].includes(field.type),
    );
    const numeric = new Set(['int', 'long', 'real']);
    const draft = fc.record(
      Object.fromEntries(loose.map(([name, field]) => [name, numeric.has(field.type) ? value : value.map(String)])),
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(draft, fc.boolean(), (fields, whole) => {
        const session = complete({ ...(fields as SessionDraft), ...(whole ? ENDS : {}) });
        if (typeof session !== 'string') expect(findings(session), JSON.stringify(session)).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });
});
