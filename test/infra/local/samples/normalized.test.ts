/** The samples as the product understands them: nothing lost, nothing refused, and in its sessions what was put there. */
import { describe, expect, it } from 'vitest';
import { makeSamples } from '../../../../infra/local/samples';
import { normalize } from './normalize';

const WINDOW_END = new Date('2026-03-02T10:00:00Z');
const { blobs, expected } = makeSamples({ seed: 1, windowEnd: WINDOW_END });

interface Session {
  readonly SrcIpAddr: string;
  readonly DstIpAddr: string;
  readonly DstPortNumber?: number;
  readonly NetworkDirection: string;
  readonly EventOriginalUid: string;
}

function groupBy<T, K>(items: readonly T[], key: (item: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const outcomes = blobs.flatMap(normalize);
const sessions = outcomes.flatMap((o) => (o.kind === 'session' ? (JSON.parse(o.row) as Session) : []));

describe('the samples, normalized', () => {
  it('balance', () => {
    expect(outcomes.filter(({ kind }) => kind === 'dead')).toEqual([]);
    expect(outcomes).toHaveLength(expected.records);
    expect(outcomes.filter(({ kind }) => kind === 'skipped')).toHaveLength(expected.skipped);
    expect(sessions).toHaveLength(expected.sessions);
    expect(new Set(sessions.map(({ EventOriginalUid }) => EventOriginalUid)).size).toBe(expected.sessions);
  });

  it('end inside the hour', () => {
    for (const outcome of outcomes) {
      if (outcome.kind !== 'session') continue;
      expect(outcome.time).toBeGreaterThanOrEqual(WINDOW_END.getTime() - 3_600_000);
      expect(outcome.time).toBeLessThan(WINDOW_END.getTime());
    }
  });

  it('hold the expected sweeps and no other', () => {
    const inbound = sessions.filter(({ NetworkDirection }) => NetworkDirection === 'Inbound');
    const ports = groupBy(inbound, ({ DstPortNumber }) => DstPortNumber);
    const swept = [...ports].flatMap(([port, tried]) => {
      const hosts = new Set(tried.map(({ DstIpAddr }) => DstIpAddr));
      if (hosts.size <= 20) return [];
      const bySource = groupBy(tried, ({ SrcIpAddr }) => SrcIpAddr);
      const sources = [...bySource].map(([address, of]) => ({
        address,
        hosts: new Set(of.map(({ DstIpAddr }) => DstIpAddr)).size,
      }));
      return [{ port, hosts: [...hosts].sort(), sources: sources.sort((a, b) => a.address.localeCompare(b.address)) }];
    });
    expect(swept.sort((a, b) => Number(a.port) - Number(b.port))).toEqual(
      [...expected.sweeps]
        .sort((a, b) => a.port - b.port)
        .map((sweep) => ({ ...sweep, hosts: [...sweep.hosts].sort() })),
    );
  });

  it('show each indicator in as many sessions, with the same peers', () => {
    for (const { address, sessions: count, peers } of expected.threatMatches) {
      const touching = sessions.filter(({ SrcIpAddr, DstIpAddr }) => SrcIpAddr === address || DstIpAddr === address);
      expect([address, touching.length]).toEqual([address, count]);
      const others = touching.map(({ SrcIpAddr, DstIpAddr }) => (SrcIpAddr === address ? DstIpAddr : SrcIpAddr));
      expect(new Set(others)).toEqual(new Set(peers));
    }
  });
});
