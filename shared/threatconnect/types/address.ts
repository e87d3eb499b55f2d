/** Address: one IPv4 or IPv6 address. */
import ipaddr from 'ipaddr.js';
import { canonicalAddress } from '../../networks';
import type { TypeMapping } from './typeMapping';

/**
 * Ranges that name nobody in particular or one's own network: as indicators they would match every session of a site.
 * (Names of ranges: ipaddr.js.) Documentation ranges are kept: test data live there.
 */
const USELESS_RANGES = new Set([
  'unspecified',
  'broadcast',
  'multicast',
  'linkLocal',
  'loopback',
  'private',
  'carrierGradeNat',
  'uniqueLocal',
]);

export const ADDRESS: TypeMapping = {
  type: 'Address',
  lifetimeDays: 30,
  observables(indicator) {
    const written = String(indicator.raw.ip ?? indicator.raw.value1 ?? indicator.summary).trim();
    // A full-length prefix is the address itself; any other prefix is a CIDR and no address.
    const address = canonicalAddress(written.replace(/^([\d.]+)\/32$|^([\da-f:.]+)\/128$/i, '$1$2'));
    if (address === undefined) return { skipped: 'malformedAddress' };
    if (USELESS_RANGES.has(ipaddr.parse(address).range())) return { skipped: 'uselessAddress' };
    return [{ kind: 'ip', value: address, columns: { NetworkIP: address } }];
  },
};
