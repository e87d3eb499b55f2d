/** What a mapping needs to know of an address, worked out once per address: its canonical text and whether it is inside. */
import { canonicalAddress, type Networks } from '../networks';

export interface Address {
  /** Canonical text (see shared/networks). */
  readonly text: string;
  readonly version: 'IPv4' | 'IPv6';
  /** Whether it lies in the configured internal networks. */
  readonly inside: boolean;
}

const NO_ADDRESS = -1;

/**
 * The 32 bits of a dotted-decimal IPv4 address in its canonical form (no leading zeros, each part up to 255), or -1.
 * @returns an unsigned number.
 */
export function ipv4Number(text: string): number {
  const length = text.length;
  if (length < 7 || length > 15) return NO_ADDRESS;
  let number = 0;
  let parts = 1;
  let digits = 0;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (digits === 0 || ++parts > 4) return NO_ADDRESS;
      number = number * 256 + value;
      digits = 0;
      value = 0;
    } else if (code >= 0x30 && code <= 0x39) {
      if (digits > 0 && value === 0) return NO_ADDRESS;
      value = value * 10 + code - 0x30;
      if (value > 255) return NO_ADDRESS;
      digits++;
    } else return NO_ADDRESS;
  }
  return parts === 4 && digits > 0 ? number * 256 + value : NO_ADDRESS;
}

/** canonicalAddress with a fast path for what nearly every record holds, and for what is plainly no address. */
export function toCanonicalAddress(text: string): string | undefined {
  if (ipv4Number(text) !== NO_ADDRESS) return text;
  return text.includes(':') && text.length <= 64 ? canonicalAddress(text) : undefined;
}

/** Slots of the table of IPv4 addresses: a power of two. */
const SLOTS = 65_536;
/** IPv6 addresses remembered at once. */
const REMEMBERED = 4096;

/** Looks addresses up, remembering the answers in bounded memory: asking the networks is what costs. */
export class AddressBook {
  /** Direct-mapped: the address in each slot, and 0 unknown, 1 outside, 2 inside. */
  private readonly numbers = new Uint32Array(SLOTS);
  private readonly answers = new Uint8Array(SLOTS);
  private readonly others = new Map<string, Address>();

  constructor(private readonly internalNetworks: Networks) {}

  /** @returns undefined when the text is not exactly one address. */
  look(text: string): Address | undefined {
    const number = ipv4Number(text);
    if (number === NO_ADDRESS) return this.lookOther(text);
    const slot = (Math.imul(number, 0x9e3779b1) >>> 16) & (SLOTS - 1);
    if (this.numbers[slot] !== number || this.answers[slot] === 0) {
      this.numbers[slot] = number;
      this.answers[slot] = this.internalNetworks.contains(text) ? 2 : 1;
    }
    return { text, version: 'IPv4', inside: this.answers[slot] === 2 };
  }

  private lookOther(text: string): Address | undefined {
    const known = this.others.get(text);
    if (known !== undefined) return known;
    const canonical = toCanonicalAddress(text);
    if (canonical === undefined) return undefined;
    const inside = this.internalNetworks.contains(canonical);
    const address: Address = { text: canonical, version: canonical.includes(':') ? 'IPv6' : 'IPv4', inside };
    if (this.others.size >= REMEMBERED) this.others.clear();
    // A copy, for the text may be a slice that holds its whole line in memory.
    this.others.set(Buffer.from(text).toString(), address);
    return address;
  }
}
