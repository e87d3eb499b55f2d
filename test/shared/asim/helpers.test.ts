import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalMac, isFqdn, isHostname, splitHostName, usernameType } from '../../../shared/asim/names';
import { jsonText, serializeSession } from '../../../shared/asim/networkSession';
import { hasPorts, icmpTypeName, protocolName, protocolNumber } from '../../../shared/asim/protocols';
import { isEventTime, isoTime } from '../../../shared/asim/times';

describe('times', () => {
  it('read as Date writes them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: Date.UTC(9999, 0, 1) }), { minLength: 1, maxLength: 20 }),
        (times) => {
          for (const time of [...times, ...times]) expect(isoTime(time)).toBe(new Date(time).toISOString());
        },
      ),
      { seed: 3 },
    );
  });

  it('are events’ only after 1970, before 9999, whole', () => {
    expect([0, -5, 1.5, Number.NaN, Date.UTC(10_000, 0, 1)].map(isEventTime)).toEqual(Array(5).fill(false));
    expect(isEventTime(1_772_445_612_000)).toBe(true);
  });
});

describe('protocols', () => {
  it('have IANA’s names', () => {
    expect([6, 17, 1, 47, 50, 58, 61, 84, 132, 200].map(protocolName)).toEqual([
      'TCP',
      'UDP',
      'ICMP',
      'GRE',
      'ESP',
      'IPv6-ICMP',
      'Unassigned',
      'TTP',
      'SCTP',
      'Unassigned',
    ]);
    expect(['tcp', 'Udp', 'ipv6-icmp', 'ICMPv6', 'nonsense', 'constructor'].map(protocolNumber)).toEqual([
      6,
      17,
      58,
      58,
      undefined,
      undefined,
    ]);
    expect([6, 17, 132, 1, 58, 47].map(hasPorts)).toEqual([true, true, true, false, false, false]);
    expect([icmpTypeName('IPv4', 3), icmpTypeName('IPv6', 3), icmpTypeName('IPv4', 7)]).toEqual([
      'Destination Unreachable',
      'Time Exceeded',
      'Unassigned',
    ]);
  });
});

describe('names', () => {
  it('are split at the first dot, addresses never', () => {
    expect(splitHostName('fw1.example.net')).toEqual({
      hostname: 'fw1',
      domain: 'example.net',
      fqdn: 'fw1.example.net',
      domainType: 'FQDN',
    });
    expect(splitHostName('fw1')).toEqual({ hostname: 'fw1' });
    for (const text of ['10.1.2.3', '2001:db8::1', '', 'a b', '-x', 'a..b'])
      expect(splitHostName(text), text).toBeUndefined();
    expect(isHostname('a'.repeat(64))).toBe(false);
    expect(isFqdn('10.1.2.3')).toBe(false);
  });

  it.each([
    ['alice@example.net', 'UPN'],
    ['EXAMPLE\\alice', 'Windows'],
    ['CN=alice,OU=x', 'DN'],
    ['alice', 'Simple'],
    ['', undefined],
  ])('of users: %s is %s', (name, type) => {
    expect(usernameType(name)).toBe(type);
  });

  it.each(['6045BD112233', '60-45-bd-11-22-33', '60:45:BD:11:22:33', '6045.bd11.2233'])('of cards: %s', (mac) => {
    expect(canonicalMac(mac)).toBe('60:45:bd:11:22:33');
  });

  it('of cards that are none', () => {
    for (const text of ['', '6045BD11223', '60:45-bd:11:22:33', '6045.bd11.22330', 'zz:45:bd:11:22:33'])
      expect(canonicalMac(text)).toBeUndefined();
  });
});

describe('serialized sessions', () => {
  it('leave empty fields out and read back as they were', () => {
    expect(
      JSON.parse(
        serializeSession({
          EventCount: 1,
          Dvc: 'a"\u2028\\',
          SrcBytes: 0,
          DstHostname: '',
          DstIpAddr: undefined,
          AdditionalFields: { x: '' },
        }),
      ),
    ).toEqual({
      EventCount: 1,
      Dvc: 'a"\u2028\\',
      SrcBytes: 0,
      AdditionalFields: { x: '' },
    });
  });

  it('hold any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
        expect(JSON.parse(jsonText(text))).toBe(text);
      }),
      { seed: 4 },
    );
    expect((JSON.parse(jsonText('x'.repeat(100_000))) as string).length).toBe(8192);
  });
});
