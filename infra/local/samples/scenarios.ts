/** What must be found, and what looks alike and must not: flows by site, with the reason for each group. */
import { BAD, HARMLESS, host, host6, type Site, SWEEPERS } from './addresses';
import type { Flow } from './flow';
import type { FlowMaker } from './ordinaryTraffic';

export interface Scenario {
  readonly site: Site;
  readonly flows: readonly Flow[];
}

/** Sessions with the addresses of live indicators: as source and as destination, in every format. */
export function threatTraffic({ make }: FlowMaker): Scenario[] {
  const beacon = (site: Site, client: number, destination: string, count: number): Scenario => ({
    site,
    flows: Array.from({ length: count }, () =>
      make({ source: host(site, 0, client), destination, destinationPort: 443, bytesSent: 812 }),
    ),
  });
  const knock = (site: Site, source: string, port: number, allowed: boolean): Scenario => ({
    site,
    flows: [make({ source, destination: host(site, 1, 2), destinationPort: port, allowed })],
  });
  const overIpv6 = (flow: Parameters<FlowMaker['make']>[0]): Scenario => ({ site: 'vnet', flows: [make(flow)] });
  return [
    beacon('vnet', 5, BAD.command, 2),
    knock('nsg', BAD.intruder, 22, false),
    knock('nsg', BAD.intruder, 443, true),
    beacon('aws', 7, BAD.dropSite, 1),
    beacon('onPremises', 9, BAD.everywhere, 1),
    knock('aws', BAD.everywhere, 443, true),
    knock('vnet', BAD.everywhere, 8443, false),
    knock('nsg', BAD.everywhere, 8443, false),
    beacon('onPremises', 11, BAD.mapped, 2),
    overIpv6({ source: host6(5), destination: BAD.command6, destinationPort: 443 }),
    overIpv6({ source: BAD.intruder6, destination: host6(6), destinationPort: 22, allowed: false }),
    // Written as IPv4-mapped IPv6 by the source.
    beacon('vnet', 6, `::ffff:${BAD.mappedTraffic}`, 1),
  ];
}

/** Sessions with indicators that are expired, taken back or not ThreatConnect's. */
export function harmlessTraffic({ make }: FlowMaker): Scenario[] {
  const sites: readonly Site[] = ['vnet', 'nsg', 'aws', 'onPremises'];
  return Object.values(HARMLESS).flatMap((destination, n) =>
    [sites[n % 4] ?? 'vnet', sites[(n + 1) % 4] ?? 'nsg'].map((site) => ({
      site,
      // Early in the hour: an indicator that expires ten minutes before its end was still alive then.
      flows: [make({ source: host(site, 0, 12), destination, destinationPort: 443, within: [5, 40] })],
    })),
  );
}

/** A port swept from outside over more than 20 hosts. */
export interface Sweep {
  readonly port: number;
  readonly parts: readonly {
    readonly site: Site;
    readonly source: string;
    readonly from: number;
    readonly to: number;
  }[];
}

/**
 * 27 hosts by two sources of whom neither alone reaches 20 (1 to 16 and 12 to 27); 22 hosts by one, all refused, the hosts
 * being spread over two formats of which neither alone shows enough.
 */
export const SWEEPS: readonly Sweep[] = [
  {
    port: 3389,
    parts: [
      { site: 'vnet', source: SWEEPERS.first, from: 1, to: 16 },
      { site: 'vnet', source: SWEEPERS.second, from: 12, to: 27 },
    ],
  },
  {
    port: 23,
    parts: [
      { site: 'onPremises', source: SWEEPERS.telnet, from: 1, to: 15 },
      { site: 'nsg', source: SWEEPERS.telnet, from: 1, to: 7 },
    ],
  },
];

/** Exactly 20 hosts, over all formats together: one too few. */
export const ALMOST_SWEEP: Sweep = {
  port: 5900,
  parts: [
    { site: 'vnet', source: SWEEPERS.justUnder, from: 1, to: 5 },
    { site: 'nsg', source: SWEEPERS.justUnder, from: 1, to: 5 },
    { site: 'aws', source: SWEEPERS.justUnder, from: 1, to: 5 },
    { site: 'onPremises', source: SWEEPERS.justUnder, from: 1, to: 5 },
  ],
};

/** An inventory scanner of one's own: many hosts, but from inside, in every format. */
export const INSIDE_SWEEP: Sweep = {
  port: 445,
  parts: (['vnet', 'nsg', 'aws', 'onPremises'] as const).map((site) => ({
    site,
    source: host(site, 3, 250),
    from: 1,
    to: 30,
  })),
};

/** The flows of a sweep: each source tries each of its hosts, one after another. */
export function sweepTraffic(sweep: Sweep, { make }: FlowMaker): Scenario[] {
  return sweep.parts.map(({ site, source, from, to }) => ({
    site,
    flows: Array.from({ length: to - from + 1 }, (_, n) =>
      make({ source, destination: host(site, 2, from + n), destinationPort: sweep.port, allowed: false }),
    ),
  }));
}

/** The distinct hosts of a sweep. */
export function sweptHosts({ parts }: Sweep): string[] {
  const hosts = parts.flatMap(({ site, from, to }) =>
    Array.from({ length: to - from + 1 }, (_, n) => host(site, 2, from + n)),
  );
  return [...new Set(hosts)];
}
