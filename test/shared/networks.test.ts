import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { describe, expect, it } from 'vitest';
import { canonicalAddress, parseNetworks } from '../../shared/networks';

describe('canonicalAddress', () => {
  it.each([
    ['10.0.0.1', '10.0.0.1'],
    ['2001:DB8:0:0:0:0:0:25', '2001:db8::25'],
    ['2001:db8::0:1', '2001:db8::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:C000:0207', '192.0.2.7'],
    ['::', '::'],
  ])('%s is %s', (text, canonical) => {
    expect(canonicalAddress(text)).toBe(canonical);
  });

  it.each([
    '',
    '10.0.0',
    '010.0.0.1',
    '0x7f.1',
    '10.0.0.256',
    '10.0.0.1/8',
    '10.0.0.1:80',
    'fe80::1%eth0',
    '[::1]',
    'host',
    '2130706433',
  ])('%j is no address', (text) => {
    expect(canonicalAddress(text)).toBeUndefined();
  });
});

describe('parseNetworks', () => {
  it('tells inside from outside for both families', () => {
    const networks = parseNetworks(['10.0.0.0/8', 'fc00::/7']);
    expect(['10.255.0.1', '11.0.0.1', 'fd00::1', '2001:db8::1', 'nonsense'].map((a) => networks.contains(a))).toEqual([
      true,
      false,
      true,
      false,
      false,
    ]);
  });

  it('names the text that is no block', () => {
    expect(() => parseNetworks(['10.0.0.0/8', '10.0.0.0/33'])).toThrow('"10.0.0.0/33" is no CIDR block.');
  });

  it('says of canonical addresses what ipaddr.js says, for any blocks', () => {
    const near = fc
      .tuple(fc.constantFrom('10.1.2.', '10.1.3.', '255.255.255.', '0.0.0.'), fc.nat(255))
      .map((parts) => parts.join(''));
    const nearIpv6 = fc
      .tuple(
        fc.constantFrom('2001:db8::', '2001:db8:8000::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:', '::'),
        fc.nat(0xffff),
      )
      .map(([before, last]) => `${before}${last.toString(16)}`);
    const address = fc.oneof(near, nearIpv6, fc.ipV4(), fc.ipV6());
    const block = address.chain((text) => fc.nat(text.includes(':') ? 128 : 32).map((bits) => `${text}/${bits}`));
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 12 }),
        fc.array(address, { minLength: 1, maxLength: 30 }),
        (blocks, addresses) => {
          const networks = parseNetworks(blocks);
          // A block's own base must be asked for, too: the edges are where masks go wrong.
          for (const text of [...addresses, ...blocks.map((one) => one.slice(0, one.indexOf('/')))]) {
            const canonical = canonicalAddress(text) as string;
            expect(networks.contains(canonical), `${canonical} in ${blocks}`).toBe(reference(blocks, canonical));
          }
        },
      ),
      { seed: 3, numRuns: 400 },
    );
  });

  it('holds nothing that is no canonical address', () => {
    const all = parseNetworks(['0.0.0.0/0', '::/0']);
    for (const text of [
      '',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '::12345',
      '::g',
      '1:::2',
      '10.1',
    ])
      expect(all.contains(text), text).toBe(false);
    for (const text of ['::', '1::', '::1', '1:2:3:4:5:6:7:8', '0.0.0.0', '255.255.255.255'])
      expect(all.contains(text), text).toBe(true);
  });

  it('takes an IPv4-mapped block for the IPv4 block in it', () => {
    const networks = parseNetworks(['::ffff:10.0.0.0/104']);
    expect(networks.contains('10.255.255.255')).toBe(true);
    expect(networks.contains('11.0.0.0')).toBe(false);
  });
});

function reference(blocks: readonly string[], address: string): boolean {
  const parsed = ipaddr.parse(address);
  return blocks.some((block) => {
    const [network, bits] = ipaddr.parseCIDR(block);
    if (network instanceof ipaddr.IPv6 && network.isIPv4MappedAddress() && bits >= 96)
      return parsed.kind() === 'ipv4' && parsed.match(network.toIPv4Address(), bits - 96);
    return network.kind() === parsed.kind() && parsed.match(network, bits);
  });
}
