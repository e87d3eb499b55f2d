/** Sets of networks, and the one canonical spelling of an address. */
import ipaddr from 'ipaddr.js';
import { FlowtrapError } from './errors';

/** A set of CIDR blocks. */
export interface Networks {
  /** Whether a canonical address (see canonicalAddress) lies in one of the blocks; false for any other text. */
  contains(address: string): boolean;
  /** The same for an IPv4 address as a number (see ipv4Number). */
  containsIpv4(number: number): boolean;
}

/**
 * @param blocks CIDR blocks, IPv4 or IPv6; an IPv4-mapped block is the IPv4 block in it. They are compiled to numbers once.
 * @throws FlowtrapError `malformed` naming the first text that is no block.
 */
export function parseNetworks(blocks: readonly string[]): Networks {
  const ranges: Range[] = [];
  const prefixes: Prefix[] = [];
  for (const block of blocks) {
    const { bytes, bits } = parseBlock(block);
    if (bytes.length === 4) ranges.push(rangeOf(bytes, bits));
    else if (bits >= MAPPED_BITS && MAPPED.every((byte, at) => bytes[at] === byte))
      ranges.push(rangeOf(bytes.slice(12), bits - MAPPED_BITS));
    else prefixes.push(prefixOf(bytes, bits));
  }
  const { starts, ends } = merged(ranges);
  const containsIpv4 = (number: number): boolean => {
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as number) <= number) low = middle + 1;
      else high = middle;
    }
    return low > 0 && number <= (ends[low - 1] as number);
  };
  return {
    containsIpv4,
    contains(address) {
      const number = ipv4Number(address);
      if (number >= 0) return containsIpv4(number);
      return prefixes.length > 0 && readIpv6(address, words) && prefixes.some(matches);
    },
  };
}

/** First and last address of an IPv4 block. */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** An IPv6 block: four words of 32 bits, and which of their bits count. */
interface Prefix {
  readonly words: readonly number[];
  readonly masks: readonly number[];
}

/** ::ffff:0:0/96, where IPv6 holds IPv4. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const MAPPED_BITS = 96;

function parseBlock(block: string): { readonly bytes: number[]; readonly bits: number } {
  try {
    const [address, bits] = ipaddr.parseCIDR(block);
    return { bytes: address.toByteArray(), bits };
  } catch (cause) {
    throw new FlowtrapError('malformed', `"${block}" is no CIDR block.`, { cause });
  }
}

function word(bytes: readonly number[], at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.slice(at, at + 4);
  return ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
}

function rangeOf(bytes: readonly number[], bits: number): Range {
  const size = 2 ** (32 - bits);
  const start = Math.floor(word(bytes, 0) / size) * size;
  return { start, end: start + size - 1 };
}

function prefixOf(bytes: readonly number[], bits: number): Prefix {
  const masks = [0, 32, 64, 96].map((before) => {
    const counted = Math.min(Math.max(bits - before, 0), 32);
    return counted === 0 ? 0 : (-1 << (32 - counted)) >>> 0;
  });
  return { words: masks.map((mask, index) => (word(bytes, index * 4) & mask) >>> 0), masks };
}

/** Ranges without overlap, in order: they can be searched by halves. */
function merged(ranges: readonly Range[]): { readonly starts: number[]; readonly ends: number[] } {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const { start, end } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = ends.at(-1);
    if (last === undefined || start > last) {
      starts.push(start);
      ends.push(end);
    } else ends[ends.length - 1] = Math.max(last, end);
  }
  return { starts, ends };
}

/** The address that is being looked up. */
const words = new Uint32Array(4);

function matches({ words: network, masks }: Prefix): boolean {
  for (let i = 0; i < 4; i++) {
    if (((words[i] as number) & (masks[i] as number)) >>> 0 !== network[i]) return false;
  }
  return true;
}

const NOT_IPV4 = -1;

/**
 * The 32 bits of a dotted-decimal IPv4 address in its canonical form (no leading zeros, each part up to 255), or -1.
 * @returns an unsigned number.
 */
export function ipv4Number(text: string): number {
  const length = text.length;
  if (length < 7 || length > 15) return NOT_IPV4;
  let number = 0;
  let parts = 1;
  let digits = 0;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (digits === 0 || ++parts > 4) return NOT_IPV4;
      number = number * 256 + value;
      digits = 0;
      value = 0;
    } else if (code >= 0x30 && code <= 0x39) {
      if (digits > 0 && value === 0) return NOT_IPV4;
      value = value * 10 + code - 0x30;
      if (value > 255) return NOT_IPV4;
      digits++;
    } else return NOT_IPV4;
  }
  return parts === 4 && digits > 0 ? number * 256 + value : NOT_IPV4;
}

const GROUP = /^[\da-f]{1,4}$/i;

/**
 * Reads an IPv6 address as RFC 5952 writes it: hexadecimal groups, `::` once at most.
 * @returns false for any other text; the words then hold anything.
 */
function readIpv6(text: string, into: Uint32Array): boolean {
  if (text.length < 2 || text.length > 39) return false;
  const [before = '', after, ...more] = text.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const given = head.length + tail.length;
  if (more.length > 0 || (after === undefined ? given !== 8 : given > 7)) return false;
  into.fill(0);
  for (let i = 0; i < given; i++) {
    const group = (i < head.length ? head[i] : tail[i - head.length]) as string;
    if (!GROUP.test(group)) return false;
    const at = i < head.length ? i : 8 - given + i;
    into[at >> 1] = (into[at >> 1] as number) | (Number.parseInt(group, 16) << (at % 2 === 0 ? 16 : 0));
  }
  return true;
}

/**
 * The canonical text of an IP address: dotted decimal for IPv4 and IPv4-mapped IPv6, RFC 5952 for IPv6.
 * @returns undefined for anything that is not exactly one address (zones, ports, prefixes, octal or short IPv4 forms).
 */
export function canonicalAddress(text: string): string | undefined {
  if (ipv4Number(text) >= 0) return text;
  if (!text.includes(':') || text.includes('%') || !ipaddr.IPv6.isValid(text)) return undefined;
  const ip = ipaddr.IPv6.parse(text);
  return ip.isIPv4MappedAddress() ? ip.toIPv4Address().toString() : ip.toRFC5952String();
}
