/** Sets of networks, and the one canonical spelling of an address. */
import ipaddr from 'ipaddr.js';
import { FlowtrapError } from './errors';

/** A set of CIDR blocks. */
export interface Networks {
  /** Whether a canonical address (see canonicalAddress) lies in one of the blocks. */
  contains(address: string): boolean;
}

/**
 * @param blocks CIDR blocks, IPv4 or IPv6.
 * @throws FlowtrapError `malformed` naming the first text that is no block.
 */
export function parseNetworks(blocks: readonly string[]): Networks {
  const parsed = blocks.map((block) => {
    try {
      return ipaddr.parseCIDR(block);
    } catch (cause) {
      throw new FlowtrapError('malformed', `"${block}" is no CIDR block.`, { cause });
    }
  });
  return {
    contains(address) {
      if (!ipaddr.isValid(address)) return false;
      const ip = ipaddr.parse(address);
      return parsed.some(([network, bits]) => network.kind() === ip.kind() && ip.match(network, bits));
    },
  };
}

/**
 * The canonical text of an IP address: dotted decimal for IPv4 and IPv4-mapped IPv6, RFC 5952 for IPv6.
 * @returns undefined for anything that is not exactly one address (zones, ports, prefixes, octal or short IPv4 forms).
 */
export function canonicalAddress(text: string): string | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text).toString();
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const ip = ipaddr.IPv6.parse(text);
  return ip.isIPv4MappedAddress() ? ip.toIPv4Address().toString() : ip.toRFC5952String();
}
