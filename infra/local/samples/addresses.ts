/**
 * The invented addresses: private ranges inside, documentation ranges (RFC 5737, RFC 3849) and the benchmarking range
 * (RFC 2544) outside. What ordinary traffic touches, what indicators name and what sweeps lie apart from each other.
 */

export type Site = 'vnet' | 'nsg' | 'aws' | 'onPremises';

/** `10.<site>.<network>.<host>` */
const NETWORKS: Readonly<Record<Site, string>> = { vnet: '10.1', nsg: '10.2', aws: '10.3', onPremises: '10.4' };

/** A host of a site: clients in network 0, servers in 1, the swept hosts in 2 and above. */
export function host(site: Site, network: number, number: number): string {
  return `${NETWORKS[site]}.${network}.${number}`;
}

/** A host of the virtual network by IPv6 (unique local). */
export function host6(number: number): string {
  return `fd00:1::${number.toString(16)}`;
}

/** Servers on the internet that nobody complains about. */
export const cleanServer = (number: number): string => `192.0.2.${number}`;
/** People on the internet. */
export const visitor = (number: number): string => `198.51.100.${number}`;

/** Hosts outside that sweep. */
export const SWEEPERS = {
  first: '198.51.100.201',
  second: '198.51.100.202',
  telnet: '198.51.100.203',
  justUnder: '198.51.100.204',
} as const;

/** Addresses of live ThreatConnect indicators, as sessions show them. */
export const BAD = {
  command: '203.0.113.10',
  intruder: '203.0.113.20',
  dropSite: '203.0.113.30',
  everywhere: '203.0.113.40',
  mapped: '203.0.113.50',
  mappedTraffic: '203.0.113.60',
  command6: '2001:db8:dead:beef::25',
  intruder6: '2001:db8:feed::7',
} as const;

/** Addresses of indicators that must match nothing. */
export const HARMLESS = {
  expired: '203.0.113.110',
  forgotten: '203.0.113.111',
  deactivated: '203.0.113.120',
  inactive: '203.0.113.121',
  revoked: '203.0.113.130',
  foreign: '203.0.113.140',
} as const;
