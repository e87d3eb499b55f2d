import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressBook, toCanonicalAddress } from '../../../shared/asim/addresses';
import { canonicalAddress, ipv4Number, parseNetworks } from '../../../shared/networks';

const nearlyAnAddress = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.array(fc.nat(300), { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
  fc.stringMatching(/^[0-9a-fA-F:.%/]{0,20}$/),
  fc.string(),
  fc.constantFrom(
    '',
    '::',
    '::1',
    '::ffff:10.0.0.1',
    '::FFFF:0a00:0001',
    '01.2.3.4',
    '1.2.3',
    '1.2.3.4.',
    '1..2.3',
    'fe80::1%eth0',
  ),
);

describe('addresses', () => {
  it('have the canonical text that shared/networks gives', () => {
    fc.assert(
      fc.property(nearlyAnAddress, (text) => {
        expect(toCanonicalAddress(text)).toBe(canonicalAddress(text));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it('as numbers are exact to the last bit', () => {
    expect(ipv4Number('255.255.255.255')).toBe(4_294_967_295);
    expect(ipv4Number('0.0.0.1')).toBe(1);
    expect(ipv4Number('10.1.2.3')).toBe(10 * 2 ** 24 + 2 ** 16 + 2 * 256 + 3);
    expect(ipv4Number('256.1.1.1')).toBe(-1);
  });

  it('are inside exactly where the networks say so, however many were looked up before', () => {
    const networks = parseNetworks(['10.1.2.128/25', '2001:db8::/33']);
    const book = new AddressBook(networks);
    const text = fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.nat(511).map((n) => `10.1.${1 + (n >> 8)}.${n & 255}`),
    );
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 300 }), (texts) => {
        for (const one of [...texts, ...texts]) {
          const address = book.look(one);
          expect(address?.text).toBe(canonicalAddress(one));
          expect(address?.inside).toBe(networks.contains(address?.text ?? ''));
          expect(address?.version).toBe(address?.text.includes(':') ? 'IPv6' : 'IPv4');
        }
      }),
      { seed: 2, numRuns: 60 },
    );
  });

  it('are found in the dress that some logs give them', () => {
    const book = new AddressBook(parseNetworks(['10.0.0.0/8']));
    const texts: readonly (readonly [string, string | undefined])[] = [
      ['10.0.1.5', '10.0.1.5'],
      [' 10.0.1.5 ', '10.0.1.5'],
      ['10.0.1.5:443', '10.0.1.5'],
      ['10.0.1.5/32', '10.0.1.5'],
      ['[2001:DB8::1]', '2001:db8::1'],
      ['[::ffff:10.0.1.5]:443', '10.0.1.5'],
      ['fe80::1%eth0', 'fe80::1'],
      ['2001:db8::1/128', '2001:db8::1'],
      ['10.0.1.0/24', undefined],
      ['2001:db8::/64', undefined],
      ['10.0.1.500:443', undefined],
      ['host:443', undefined],
      [':'.repeat(200), undefined],
    ];
    for (const [text, found] of texts) expect(book.find(text)?.text, text).toBe(found);
  });
});
