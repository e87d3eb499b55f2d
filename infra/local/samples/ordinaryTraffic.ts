/** A site's everyday traffic: browsing, names, its own web servers, databases. Nothing in it is worth an incident. */
import { cleanServer, host, type Site, visitor } from './addresses';
import type { Flow } from './flow';
import type { Random } from './random';

export interface FlowMaker {
  /** A flow at a random time of the hour; `within` limits it to minutes [from, to). */
  make(
    flow: Pick<Flow, 'source' | 'destination' | 'destinationPort'> &
      Partial<Flow> & { readonly within?: readonly [number, number]; readonly seconds?: number },
  ): Flow;
}

const HOUR_SECONDS = 3600;
/** First port that Linux picks for a client's end, and the last. */
const EPHEMERAL = [32_768, 60_999] as const;

export function flowMaker(random: Random, hourStart: number): FlowMaker {
  return {
    make({ within = [0, 60], seconds, ...given }) {
      const allowed = given.allowed ?? true;
      const length = allowed ? (seconds ?? random.between(1, 50)) : 0;
      const latest = Math.min(within[1] * 60, HOUR_SECONDS) - length - 1;
      const start = hourStart + random.between(within[0] * 60, latest) * 1000;
      const packetsSent = allowed ? random.between(3, 60) : 1;
      const packetsReceived = allowed ? random.between(3, 90) : 0;
      return {
        start,
        end: start + length * 1000,
        sourcePort: random.between(...EPHEMERAL),
        protocol: 6,
        allowed,
        packetsSent,
        bytesSent: packetsSent * random.between(60, 400),
        packetsReceived,
        bytesReceived: packetsReceived * random.between(60, 1400),
        ...given,
      };
    },
  };
}

const CLIENTS = 30;
/** Fewer than a sweep needs, also when all sites are counted together. */
const WEB_SERVERS = 4;

export function ordinaryTraffic(site: Site, random: Random, { make }: FlowMaker): Flow[] {
  const client = (): string => host(site, 0, random.between(1, CLIENTS));
  const server = (): string => host(site, 1, random.between(1, WEB_SERVERS));
  const some = (count: number, flow: () => Flow): Flow[] => Array.from({ length: count }, flow);
  return [
    ...some(150, () =>
      make({ source: client(), destination: cleanServer(random.between(1, 120)), destinationPort: 443 }),
    ),
    ...some(30, () =>
      make({ source: client(), destination: cleanServer(random.between(1, 120)), destinationPort: 80 }),
    ),
    ...some(40, () =>
      make({ source: client(), destination: cleanServer(200), destinationPort: 53, protocol: 17, seconds: 1 }),
    ),
    ...some(80, () => make({ source: visitor(random.between(1, 180)), destination: server(), destinationPort: 443 })),
    ...some(40, () => make({ source: server(), destination: host(site, 1, 10), destinationPort: 1433 })),
    // Noise from outside, refused: every port on a few hosts only.
    ...some(30, () =>
      make({
        source: visitor(random.between(1, 180)),
        destination: server(),
        destinationPort: random.pick([21, 22, 25, 8080, 3306]),
        allowed: false,
      }),
    ),
    // Some long ones, which Azure's flow logs tell in several records; a record of AWS spans ten minutes at most.
    ...some(site === 'aws' ? 0 : 3, () =>
      make({ source: client(), destination: cleanServer(150), destinationPort: 443, seconds: 900 }),
    ),
    ...sameClientPort(site, make),
  ];
}

/**
 * Web traffic of many clients that happen to use one source port: told one-way, each answer goes from outside to that port
 * on another host, and would look like a sweep if it were taken for a session of its own.
 */
function sameClientPort(site: Site, make: FlowMaker['make']): Flow[] {
  return Array.from({ length: 24 }, (_, n) =>
    make({ source: host(site, 0, n + 1), destination: cleanServer(130 + n), destinationPort: 443, sourcePort: 49_152 }),
  );
}
