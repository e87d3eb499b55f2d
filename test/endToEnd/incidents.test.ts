/** The sample traffic through the whole stack: exactly the incidents that it was made for, nothing else, and nothing twice. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RoundSummary } from '../../infra/local/stack/collect';
import { JUST_CLOSED, JUST_OPEN, type TestStack, testStack, WINDOW_END } from './support';

const MATCH_RULE = 'ThreatConnect TI map IP entity to Network Session Events';
const SWEEP_RULE = 'Network Port Sweep from External Network';

describe('just after the window closed', () => {
  let stack: TestStack;
  let summary: RoundSummary;
  beforeAll(async () => {
    stack = await testStack({ clock: JUST_CLOSED });
    summary = await stack.round();
  });
  afterAll(() => stack?.close());

  it('works without a failure and accounts for every record', async () => {
    const { expected } = stack.stack.samples;
    expect(summary.failures).toEqual([]);
    expect(summary).toMatchObject({
      records: expected.records,
      sessions: expected.sessions,
      skipped: expected.skipped,
      deadLetters: 0,
      rules: 2,
    });
    expect(
      await stack.query('ASimNetworkSessionLogs | summarize Rows = count(), Records = dcount(EventOriginalUid)'),
    ).toEqual([{ Rows: expected.sessions, Records: expected.sessions }]);
  });

  it('raises an incident for each address that must match', () => {
    const { threatMatches } = stack.stack.samples.expected;
    const raised = summary.incidents.filter((i) => i.rule === MATCH_RULE);
    expect(raised.flatMap((i) => i.entities).sort()).toEqual(threatMatches.map((m) => m.address).sort());
    expect(raised.every((i) => i.severity === 'Medium')).toBe(true);
  });

  it('raises an incident for each swept port, with its sources as entities', () => {
    const { sweeps } = stack.stack.samples.expected;
    const raised = summary.incidents.filter((i) => i.rule === SWEEP_RULE);
    const bySources = (a: readonly string[], b: readonly string[]): number => a.join().localeCompare(b.join());
    expect(raised.map((i) => [...i.entities]).sort(bySources)).toEqual(
      sweeps.map((s) => s.sources.map((source) => source.address).sort()).sort(bySources),
    );
    for (const { port } of sweeps) expect(raised.some((i) => i.title.includes(String(port)))).toBe(true);
    expect(raised.every((i) => i.severity === 'High')).toBe(true);
  });

  it('raises nothing else, and names none of what must stay silent', () => {
    const { silent, threatMatches, sweeps } = stack.stack.samples.expected;
    expect(summary.incidents).toHaveLength(threatMatches.length + sweeps.length);
    const entities = summary.incidents.flatMap((i) => i.entities);
    for (const address of silent.addresses) expect(entities).not.toContain(address);
    for (const { port } of silent.ports)
      expect(summary.incidents.some((i) => i.title.includes(`ort ${port} `))).toBe(false);
  });

  it('tells an analyst what, where, when and by which query', () => {
    const { threatMatches, sweeps } = stack.stack.samples.expected;
    const { incidents } = stack.stack.sentinel.snapshot();
    const match = threatMatches[0];
    const about =
      incidents.find((i) => i.properties.title.includes(match?.address ?? '?'))?.properties.description ?? '';
    for (const text of [
      match?.address ?? '?',
      ...(match?.peers.slice(0, 1) ?? []),
      WINDOW_END.slice(0, 16),
      '_Im_NetworkSession',
    ])
      expect(about).toContain(text);
    const sweep = sweeps[0];
    const swept = incidents.find((i) => i.properties.title.includes(String(sweep?.port)))?.properties.description ?? '';
    for (const text of [
      String(sweep?.port),
      String(sweep?.hosts.length),
      sweep?.sources[0]?.address ?? '?',
      sweep?.hosts[0] ?? '?',
    ])
      expect(swept).toContain(text);
  });

  it('raises nothing twice in a second round, not even with every blob told again', async () => {
    const before = stack.stack.sentinel.snapshot();
    const again = await stack.round();
    expect(again.incidents).toEqual(summary.incidents);
    expect(stack.stack.sentinel.snapshot()).toEqual(before);
  });
});

it('evaluates no window before it is closed, and all of it after', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-e2e-'));
  const early = await testStack({ clock: JUST_OPEN, folder });
  expect((await early.round()).incidents).toEqual([]);
  await early.stack.close();

  const late = await testStack({ clock: JUST_CLOSED, folder, keepHistory: true });
  try {
    await late.run('detect');
    const { threatMatches, sweeps } = late.stack.samples.expected;
    expect(await late.found()).toHaveLength(threatMatches.length + sweeps.length);
  } finally {
    await late.close();
  }
});
