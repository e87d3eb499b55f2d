/** What a mapping needs to know of an address, worked out once per address: its canonical text and whether it is inside. */
import { canonicalAddress, type Networks } from '../networks';

export interface Address {
  /** Canonical text (see shared/networks). */
  readonly text: string;
  readonly version: 'IPv4' | 'IPv6';
  /** Whether it lies in the configured internal networks. */
  readonly inside: boolean;
}

/** Addresses remembered at once; a blob has far fewer, a scan of the internet has more. */
const REMEMBERED = 50_000;

/** Whether a text is a dotted-decimal IPv4 address in its canonical form (no leading zeros, each part up to 255). */
export function isCanonicalIpv4(text: string): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let parts = 1;
  let digits = 0;
  let value = 0;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x2e) {
      if (digits === 0 || ++parts > 4) return false;
      digits = 0;
      value = 0;
    } else if (code >= 0x30 && code <= 0x39) {
      if (digits > 0 && value === 0) return false;
      value = value * 10 + code - 0x30;
      if (value > 255) return false;
      digits++;
    } else return false;
  }
  return parts === 4 && digits > 0;
}

/** canonicalAddress with a fast path for what nearly every record holds. */
export function toCanonicalAddress(text: string): string | undefined {
  return isCanonicalIpv4(text) ? text : canonicalAddress(text);
}

export class AddressBook {
  private readonly known = new Map<string, Address>();

  constructor(private readonly internalNetworks: Networks) {}

  /** @returns undefined when the text is not exactly one address. */
  look(text: string): Address | undefined {
    const known = this.known.get(text);
    if (known !== undefined) return known;
    const canonical = text.length > 64 ? undefined : toCanonicalAddress(text);
    if (canonical === undefined) return undefined;
    if (this.known.size >= REMEMBERED) this.known.clear();
    const address: Address = {
      text: canonical,
      version: canonical.includes(':') ? 'IPv6' : 'IPv4',
      inside: this.internalNetworks.contains(canonical),
    };
    this.known.set(text, address);
    return address;
  }
}
