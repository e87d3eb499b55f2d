/** Names of hosts and users, and MAC addresses, in ASIM's forms. */
import { toCanonicalAddress } from './addresses';
import type { ValueOf } from './enumerations';

const LABEL = /^(?!-)[A-Za-z0-9_-]{1,63}$/;

export interface HostName {
  readonly hostname: string;
  readonly domain?: string;
  readonly fqdn?: string;
  readonly domainType?: 'FQDN';
}

/** Whether a text is a short host name: at most 63 letters, digits, hyphens (and underscores, which real names hold). */
export function isHostname(text: string): boolean {
  return LABEL.test(text);
}

/** Whether a text is a dotted name of at least two labels. */
export function isFqdn(text: string): boolean {
  return (
    text.length <= 253 &&
    text.includes('.') &&
    toCanonicalAddress(text) === undefined &&
    text.split('.').every(isHostname)
  );
}

/**
 * Splits a dotted name into its parts.
 * @returns undefined for anything that is no host name, addresses among them: they are never split.
 */
export function splitHostName(text: string): HostName | undefined {
  const name = text.endsWith('.') ? text.slice(0, -1) : text;
  if (isHostname(name)) return { hostname: name };
  if (!isFqdn(name)) return undefined;
  const dot = name.indexOf('.');
  return { hostname: name.slice(0, dot), domain: name.slice(dot + 1), fqdn: name, domainType: 'FQDN' };
}

/** The type of a user name by its form; undefined for an empty one. */
export function usernameType(name: string): Exclude<ValueOf<'usernameType'>, 'AWSId'> | undefined {
  if (name === '') return undefined;
  if (name.includes('\\')) return 'Windows';
  if (name.includes('@')) return 'UPN';
  return /(^|,\s*)(CN|OU|DC)=/i.test(name) ? 'DN' : 'Simple';
}

/** Six hex pairs with colons, from any usual spelling (bare, hyphens, colons, Cisco's dots); undefined for anything else. */
export function canonicalMac(text: string): string | undefined {
  if (!/^([0-9a-f]{2}([:-]?)[0-9a-f]{2}(\2[0-9a-f]{2}){4}|[0-9a-f]{4}(\.[0-9a-f]{4}){2})$/i.test(text))
    return undefined;
  const digits = text.replaceAll(/[^0-9a-f]/gi, '').toLowerCase();
  return digits.match(/../g)?.join(':');
}
