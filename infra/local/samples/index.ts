/**
 * Sample traffic and indicators from a seed, in the exact shapes in which log sources and ThreatConnect deliver them, with
 * what must be found in them worked out from how they were made. Knows nothing of the code that reads them.
 */
import { BAD, HARMLESS, host, host6, type Site } from './addresses';
import { type AwsFile, writeAwsFlowLogs } from './awsFlowLogs';
import { type Nic, writeNsgFlowLogs, writeVnetFlowLogs } from './azureFlowLogs';
import { EVERY_SOURCE, everySourceBlobs, SOURCE_SAMPLES } from './everySource';
import { type Flow, type Hour, hourBefore, type SampleBlob, type Written } from './flow';
import { makeIndicatorRows, makeIndicators } from './indicators';
import { flowMaker, ordinaryTraffic } from './ordinaryTraffic';
import { writePanOsCef } from './panOsCef';
import { seededRandom } from './random';
import {
  ALMOST_SWEEP,
  harmlessTraffic,
  INSIDE_SWEEP,
  SWEEPS,
  type Sweep,
  sweepTraffic,
  sweptHosts,
  threatTraffic,
} from './scenarios';

export { type BigVnetBlobOptions, writeBigVnetBlob } from './bigVnetBlob';
export type { SampleBlob } from './flow';
export { uploadSamples } from './uploadSamples';

export interface ExpectedThreatMatch {
  /** Canonical: the entity of the incident. */
  readonly address: string;
  /** Records that have it as an end, in all formats together. */
  readonly sessions: number;
  /** The other ends, canonical. */
  readonly peers: readonly string[];
  /** Sites whose logs show it. */
  readonly sites: readonly Site[];
}

export interface ExpectedSweep {
  readonly port: number;
  /** Distinct destinations, all sources together. */
  readonly hosts: readonly string[];
  readonly sources: readonly { readonly address: string; readonly hosts: number }[];
}

export interface Expected {
  /** Records in all blobs: flow tuples and lines, headers not counted. */
  readonly records: number;
  /** Records that tell of no session (AWS NODATA). */
  readonly skipped: number;
  readonly sessions: number;
  /** ThreatConnect indicators that become active rows. */
  readonly indicators: number;
  readonly threatMatches: readonly ExpectedThreatMatch[];
  readonly sweeps: readonly ExpectedSweep[];
  /** What traffic touches and no incident may name. */
  readonly silent: {
    readonly addresses: readonly string[];
    readonly ports: readonly { readonly port: number; readonly hosts: number; readonly why: string }[];
  };
}

export interface Samples {
  readonly blobs: readonly SampleBlob[];
  /** Raw ThreatConnect v3 objects. */
  readonly indicators: readonly object[];
  /** Rows to be put into ThreatIntelligenceIndicator as they are, with their TimeGenerated. */
  readonly indicatorRows: readonly object[];
  readonly expected: Expected;
}

const SITES: readonly Site[] = ['vnet', 'nsg', 'aws', 'onPremises'];

/**
 * @param options.windowEnd a full hour (UTC); all traffic lies in the hour before it.
 * @param options.everySource adds a short scene in the shape of every source: one more address to match, one more port swept;
 * `expected` counts the records of the others only.
 */
export function makeSamples({
  seed,
  windowEnd,
  everySource = false,
}: {
  readonly seed: number;
  readonly windowEnd: Date;
  readonly everySource?: boolean;
}): Samples {
  const random = seededRandom(seed);
  const hour = hourBefore(windowEnd);
  const maker = flowMaker(random, hour.start);
  const threats = threatTraffic(maker);
  const scenarios = [
    ...threats,
    ...harmlessTraffic(maker),
    ...[...SWEEPS, ALMOST_SWEEP, INSIDE_SWEEP].flatMap((sweep) => sweepTraffic(sweep, maker)),
  ];
  const flowsOf = (site: Site): Flow[] => [
    ...ordinaryTraffic(site, random, maker),
    ...scenarios.filter((scenario) => scenario.site === site).flatMap(({ flows }) => flows),
  ];
  const traffic = new Map(SITES.map((site) => [site, flowsOf(site)]));
  const aws = traffic.get('aws') ?? [];
  const onPremises = traffic.get('onPremises') ?? [];
  const written: Written[] = [
    writeVnetFlowLogs(traffic.get('vnet') ?? [], nics('vnet', '6045BD'), hour),
    writeNsgFlowLogs(traffic.get('nsg') ?? [], nics('nsg', '000D3A'), hour),
    writeAwsFlowLogs(awsFiles(aws, hour), hour),
    writePanOsCef(
      [
        { name: 'pa-5220.log', flows: onPremises.filter((_, n) => n % 2 === 0), syslogHeader: true },
        { name: 'pa-5220-direct.log', flows: onPremises.filter((_, n) => n % 2 === 1), syslogHeader: false },
      ],
      hour,
    ),
  ];
  const records = new Map(written.flatMap((part) => [...part.records]));
  const sessions = [...records.values()].reduce((sum, count) => sum + count, 0);
  const skipped = written.reduce((sum, { empty }) => sum + empty, 0);
  const indicators = [...makeIndicators(random, windowEnd), ...(everySource ? [sceneIndicator(windowEnd)] : [])];
  return {
    blobs: [...written.flatMap(({ blobs }) => blobs), ...(everySource ? everySourceBlobs(hour, SOURCE_SAMPLES) : [])],
    indicators,
    indicatorRows: makeIndicatorRows(windowEnd),
    expected: {
      records: sessions + skipped,
      skipped,
      sessions,
      indicators: indicators.filter(becomesActive).length,
      threatMatches: Object.values(BAD).map((address) => {
        const touching = threats.filter(({ flows }) => flows.some((flow) => ends(flow).includes(address)));
        const flows = touching.flatMap((scenario) => scenario.flows);
        return {
          address,
          sessions: flows.reduce((sum, flow) => sum + (records.get(flow) ?? 0), 0),
          peers: [...new Set(flows.flatMap(ends).filter((end) => end !== address))],
          sites: [...new Set(touching.map(({ site }) => site))],
        };
      }),
      sweeps: SWEEPS.map(expectedSweep),
      silent: {
        addresses: Object.values(HARMLESS),
        ports: [
          { port: ALMOST_SWEEP.port, hosts: sweptHosts(ALMOST_SWEEP).length, why: 'exactly 20 hosts' },
          { port: INSIDE_SWEEP.port, hosts: sweptHosts(INSIDE_SWEEP).length, why: 'from inside' },
          { port: 49_152, hosts: 24, why: 'answers of web servers, told one-way' },
        ],
      },
    },
  };
}

/** The servers have NICs of their own; everything else passes the NIC of a forwarding appliance. */
function nics(site: 'vnet' | 'nsg', vendor: string): Nic[] {
  const own = (number: number): Nic => ({ mac: `${vendor}11220${number}`, addresses: [host(site, 1, number)] });
  const over6 = site === 'vnet' ? [{ mac: `${vendor}112206`, addresses: [5, 6].map(host6) }] : [];
  return [...[1, 2, 3, 4].map(own), ...over6, { mac: `${vendor}112233`, addresses: [] }];
}

/** The hour's flows in three files, by when they ended: with and without header, flags and compression. */
function awsFiles(flows: readonly Flow[], hour: Hour): AwsFile[] {
  const third = (n: number): Flow[] => flows.filter(({ end }) => Math.floor((end - hour.start) / 1_200_000) === n);
  return [
    { flows: third(0), fields: 'default', header: true, compressed: false, slot: 20 },
    { flows: third(1), fields: 'custom', header: true, compressed: true, slot: 40 },
    { flows: third(2), fields: 'default', header: false, compressed: false, slot: 55 },
  ];
}

/** Both ends, as canonical text. */
function ends(flow: Flow): string[] {
  return [flow.source, flow.destination].map((address) => address.replace(/^::ffff:/, ''));
}

function expectedSweep(sweep: Sweep): ExpectedSweep {
  const sources = [...new Set(sweep.parts.map(({ source }) => source))].map((address) => ({
    address,
    hosts: sweptHosts({ ...sweep, parts: sweep.parts.filter(({ source }) => source === address) }).length,
  }));
  return { port: sweep.port, hosts: sweptHosts(sweep), sources };
}

/** The indicator of the scene that every source tells. */
function sceneIndicator(windowEnd: Date): object {
  const modified = `${new Date(windowEnd.getTime() - 2 * 86_400_000).toISOString().slice(0, 19)}Z`;
  return {
    id: 99_999,
    ownerId: 10,
    ownerName: 'Flowtrap Samples',
    type: 'Address',
    summary: EVERY_SOURCE.bad,
    ip: EVERY_SOURCE.bad,
    dateAdded: modified,
    lastModified: modified,
    webLink: 'https://tc.example.com/#/details/indicators/99999',
    rating: 4,
    confidence: 80,
    privateFlag: false,
    active: true,
    activeLocked: false,
    tags: { data: [] },
    securityLabels: {},
  };
}

/** Active addresses that have not expired when the window ends. */
function becomesActive(indicator: object): boolean {
  const { type, active, summary } = indicator as { type: string; active: boolean; summary: string };
  const expired: readonly string[] = [HARMLESS.expired, HARMLESS.forgotten];
  return type === 'Address' && active && !expired.includes(summary);
}
