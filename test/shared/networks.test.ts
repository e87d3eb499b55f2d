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
});
