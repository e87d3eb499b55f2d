import { describe, expect, it } from 'vitest';
import { makeSamples, writeBigVnetBlob } from '../../../../infra/local/samples';
import { readBack, type Told } from './readBack';

const WINDOW_END = new Date('2026-03-02T10:00:00Z');
const samples = makeSamples({ seed: 7, windowEnd: WINDOW_END });
const told = samples.blobs.flatMap(readBack);

const inner = (address: string): boolean => address.startsWith('10.') || address.startsWith('fd00:');
const plain = (address: string): string => address.replace(/^::ffff:/, '');

/** Distinct inner hosts per port that something outside tried. */
function outsideIn(records: readonly Told[]): Map<number, Set<string>> {
  const hosts = new Map<number, Set<string>>();
  for (const { source, destination, port } of records) {
    if (inner(source) || !inner(destination)) continue;
    hosts.set(port, (hosts.get(port) ?? new Set()).add(destination));
  }
  return hosts;
}

describe('makeSamples', () => {
  it('is the same for the same seed, and another for another', () => {
    const again = makeSamples({ seed: 7, windowEnd: WINDOW_END });
    const texts = (made: typeof samples): string[] =>
      made.blobs.map(({ name, blocks }) => name + Buffer.concat([...blocks]).toString('latin1'));
    expect(texts(again)).toEqual(texts(samples));
    expect(JSON.stringify(again.indicators)).toBe(JSON.stringify(samples.indicators));
    expect(again.expected).toEqual(samples.expected);
    const other = makeSamples({ seed: 8, windowEnd: WINDOW_END });
    expect(texts(other)[0]).not.toBe(texts(samples)[0]);
    const { records: _records, sessions: _sessions, threatMatches, ...found } = other.expected;
    expect(samples.expected).toMatchObject(found);
    expect(threatMatches.map(({ address }) => address)).toEqual(
      samples.expected.threatMatches.map(({ address }) => address),
    );
  });

  it('lies inside the hour before the end of the window', () => {
    for (const { time } of told) {
      expect(time).toBeGreaterThanOrEqual(WINDOW_END.getTime() - 3_600_000);
      expect(time).toBeLessThan(WINDOW_END.getTime());
    }
  });

  it('uses the paths that the log sources use', () => {
    const names = samples.blobs.map(({ container, name }) => `${container}/${name}`);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain(
      'insights-logs-flowlogflowevent/flowLogResourceID=/00000000-0000-0000-0000-00000000AAAA_NETWORKWATCHERRG/NETWORKWATCHER_WESTEUROPE_FL-WEST/y=2026/m=03/d=02/h=09/m=00/macAddress=6045BD112233/PT1H.json',
    );
    expect(names.filter((name) => name.startsWith('insights-logs-networksecuritygroupflowevent/')).at(-1)).toMatch(
      /\/y=2026\/m=03\/d=02\/h=09\/m=00\/macAddress=[0-9A-F]{12}\/PT1H\.json$/,
    );
    expect(names.filter((name) => name.endsWith('.log.gz'))).toEqual([
      expect.stringMatching(
        /^aws-vpc-flow-logs\/AWSLogs\/111122223333\/vpcflowlogs\/eu-west-1\/2026\/03\/02\/111122223333_vpcflowlogs_eu-west-1_fl-0123456789abcdef0_20260302T0940Z_[0-9a-f]{8}\.log\.gz$/,
      ),
    ]);
  });

  it('holds as many records as it says', () => {
    expect(told.length).toBe(samples.expected.sessions);
    expect(samples.expected.records).toBe(samples.expected.sessions + samples.expected.skipped);
    expect(samples.expected.skipped).toBe(3);
    expect(new Set(told.map(({ format }) => format))).toEqual(new Set(['vnet', 'nsg', 'aws', 'cef']));
  });

  it('shows exactly the sweeps that it says, in more than 20 hosts', () => {
    const swept = [...outsideIn(told)].filter(([, hosts]) => hosts.size > 20);
    expect(swept.map(([port, hosts]) => [port, [...hosts].sort()])).toEqual(
      samples.expected.sweeps.map(({ port, hosts }) => [port, [...hosts].sort()]),
    );
    expect(samples.expected.sweeps.map(({ port, hosts, sources }) => [port, hosts.length, sources])).toEqual([
      [
        3389,
        27,
        [
          { address: '198.51.100.201', hosts: 16 },
          { address: '198.51.100.202', hosts: 16 },
        ],
      ],
      [23, 22, [{ address: '198.51.100.203', hosts: 22 }]],
    ]);
  });

  it('holds what looks like a sweep and is none', () => {
    expect(outsideIn(told).get(5900)?.size).toBe(20);
    for (const format of ['vnet', 'nsg', 'aws', 'cef'] as const) {
      const scanned = told.filter((record) => record.format === format && record.port === 445);
      expect(new Set(scanned.map(({ destination }) => destination)).size).toBe(30);
      expect(scanned.every(({ source, destination }) => inner(source) && inner(destination))).toBe(true);
    }
    // Taken as sessions of their own, the one-way answers of AWS would be a sweep of this port.
    const answers = told.filter(({ format, answer }) => format === 'aws' && answer);
    expect(answers.length).toBeGreaterThan(300);
    const raw = samples.blobs.filter(({ container }) => container === 'aws-vpc-flow-logs').flatMap(readBack);
    expect(
      new Set(raw.filter(({ answer, source }) => answer && inner(source)).map(({ source }) => source)).size,
    ).toBeGreaterThan(20);
  });

  it('counts the sessions of every indicator right', () => {
    for (const { address, sessions, peers } of samples.expected.threatMatches) {
      const touching = told.filter(
        ({ source, destination }) => plain(source) === address || plain(destination) === address,
      );
      expect([address, touching.length]).toEqual([address, sessions]);
      const others = touching.map(({ source, destination }) => (plain(source) === address ? destination : source));
      expect(new Set(others)).toEqual(new Set(peers));
      expect(touching.length).toBeGreaterThan(0);
    }
    for (const address of samples.expected.silent.addresses) {
      expect(told.some(({ destination }) => destination === address)).toBe(true);
    }
  });

  it('names in indicators only what it says', () => {
    const active = samples.indicators.filter((i) => (i as { type: string; active: boolean }).active);
    const written = active.flatMap((i) => (i as { ip?: string }).ip ?? []);
    expect(written).toContain('2001:0DB8:DEAD:BEEF:0000:0000:0000:0025');
    expect(written).toContain('::ffff:203.0.113.50');
    const touched = new Set(told.flatMap(({ source, destination }) => [plain(source), plain(destination)]));
    const unexpected = written.filter(
      (ip) => touched.has(ip) && !samples.expected.threatMatches.some(({ address }) => address === ip),
    );
    expect(unexpected.sort()).toEqual(['203.0.113.110', '203.0.113.111']);
    const ids = samples.indicators.map((i) => String((i as { id: unknown }).id));
    expect(new Set(ids).size).toBe(ids.length);
    expect(samples.indicators.length).toBeGreaterThan(3000);
  });
});

describe('writeBigVnetBlob', () => {
  it.each([false, true])('is whole JSON of the wanted size (single record: %s)', async (singleRecord) => {
    const chunks: Buffer[] = [];
    for await (const chunk of writeBigVnetBlob({ bytes: 3_000_000, singleRecord })) chunks.push(chunk);
    const bytes = Buffer.concat(chunks);
    expect(bytes.length).toBeGreaterThanOrEqual(3_000_000);
    expect(bytes.length).toBeLessThan(3_100_000);
    const { records } = JSON.parse(bytes.toString()) as {
      records: { flowRecords: { flows: { flowGroups: { flowTuples: string[] }[] }[] } }[];
    };
    expect(records.length).toBe(singleRecord ? 1 : 3);
    const tuples = records.flatMap((record) => record.flowRecords.flows[0]?.flowGroups[0]?.flowTuples ?? []);
    expect(new Set(tuples).size).toBe(tuples.length);
    expect(tuples.every((tuple) => tuple.split(',').length === 13)).toBe(true);
  });
});
