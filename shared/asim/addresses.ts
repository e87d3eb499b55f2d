/** What a mapping needs to know of an address, worked out once per address: its canonical text and whether it is inside. */
import { canonicalAddress, ipv4Number, type Networks } from '../networks';

export interface Address {
  /** Canonical text (see shared/networks). */
  readonly text: string;
  readonly version: 'IPv4' | 'IPv6';
  /** Whether it lies in the configured internal networks. */
  readonly inside: boolean;
}

/** canonicalAddress with a fast path for what nearly every record holds, and for what is plainly no address. */
export function toCanonicalAddress(text: string): string | undefined {
  if (ipv4Number(text) >= 0) return text;
  return text.includes(':') && text.length <= 64 ? canonicalAddress(text) : undefined;
}

const MAX_DRESSED = 128;
const DRESSED =
  /^(?:\[([0-9a-f:.]+)(?:%[\w.-]+)?\](?::\d{1,5})?|(\d+\.\d+\.\d+\.\d+)(?::\d{1,5}|\/32)?|([0-9a-f:.]+)(?:%[\w.-]+)?(?:\/128)?)$/i;

/** IPv6 addresses remembered at once. */
const REMEMBERED = 4096;

/** Looks addresses up. IPv6 is remembered, in bounded memory: its canonical text is what costs. */
export class AddressBook {
  private readonly others = new Map<string, Address>();

  constructor(private readonly internalNetworks: Networks) {}

  /** @returns undefined when the text is not exactly one address. */
  look(text: string): Address | undefined {
    const number = ipv4Number(text);
    if (number < 0) return this.lookOther(text);
    return { text, version: 'IPv4', inside: this.internalNetworks.containsIpv4(number) };
  }

  /** The address in a text that may dress it up: brackets, a port behind, an interface (`%eth0`), the prefix of a single host. */
  find(text: string): Address | undefined {
    const address = this.look(text);
    if (address !== undefined || text.length > MAX_DRESSED) return address;
    const [, bracketed, dotted, plain] = DRESSED.exec(text.trim()) ?? [];
    const bare = bracketed ?? dotted ?? plain;
    return bare === undefined ? undefined : this.look(bare);
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
