/** Whatever fails, is lost, comes late or is run again: one alert has one incident, and a further run changes nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import { MemoryState } from '../../support/memoryPorts';
import { type Event, makeRule, World } from './world';

const HOUR = 3_600_000;
const BEGIN = Date.parse('2026-03-02T06:00:00Z');
const iso = (time: number): string => new Date(time).toISOString();

const event = fc
  .record({
    minute: fc.integer({ min: 0, max: 12 * 60 - 1 }),
    late: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 600 }) },
    ),
    address: fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3'),
  })
  .map(
    ({ minute, late, address }): Event => ({
      time: iso(BEGIN + minute * 60_000),
      arrived: iso(BEGIN + (minute + late) * 60_000),
      address,
    }),
  );

type Step =
  | { readonly kind: 'run'; readonly minutes: number }
  | { readonly kind: 'rerun'; readonly from: number; readonly hours: number }
  | { readonly kind: 'loseState' }
  | { readonly kind: 'break'; readonly where: 'state' | 'rows' | 'before' | 'after'; readonly at: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('run' as const), minutes: fc.integer({ min: 5, max: 180 }) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('rerun' as const),
      from: fc.integer({ min: 0, max: 11 }),
      hours: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('loseState' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('break' as const),
      where: fc.constantFrom('state' as const, 'rows' as const, 'before' as const, 'after' as const),
      at: fc.integer({ min: 1, max: 12 }),
    }),
  },
);

/** Lets the n-th write of a kind fail once: before it happens, or after, when only its answer is lost. */
function breakOnce(world: World, where: 'state' | 'rows' | 'before' | 'after', at: number): void {
  let left = at;
  const fail = (): void => {
    if (--left === 0) throw new FlowtrapError('unavailable', 'a planned failure.');
  };
  if (where === 'before') world.incidents.beforeWrite = fail;
  if (where === 'after') world.incidents.afterWrite = fail;
  if (where === 'rows') world.beforeUpload = fail;
  if (where === 'state') world.beforePut = fail;
}

function heal(world: World): void {
  const nothing = (): void => {};
  Object.assign(world.incidents, { beforeWrite: nothing, afterWrite: nothing });
  world.beforeUpload = nothing;
  world.beforePut = nothing;
}

async function settle(world: World): Promise<void> {
  heal(world);
  world.clock.time = iso(BEGIN + 48 * HOUR);
  for (let run = 0; run < 12; run++) {
    const { counts, problems } = await world.detect();
    expect(problems).toEqual([]);
    world.clock.time = iso(Date.parse(world.clock.time) + HOUR);
    if (!counts['windows.remaining'] && !counts['windows.lateRemaining'] && !counts['windows.late']) return;
  }
  throw new Error('It never came to rest.');
}

describe('repeats', () => {
  it('never make a second incident, and lose none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 12 }),
        fc.array(step, { maxLength: 12 }),
        fc.constantFrom('AllEntities', 'AnyAlert'),
        fc.constantFrom('SingleAlert', 'AlertPerResult'),
        async (events, steps, matchingMethod, aggregationKind) => {
          const world = new World([
            makeRule({
              eventGroupingSettings: `{aggregationKind: ${aggregationKind}}`,
              incidentConfiguration: `{createIncident: true, groupingConfiguration: {enabled: true, reopenClosedIncident: false, lookbackDuration: 4h, matchingMethod: ${matchingMethod}}}`,
            }),
          ]);
          world.start = new Date(BEGIN);
          world.clock.time = iso(BEGIN);
          world.events.push(...events);
          for (const what of steps) {
            if (what.kind === 'run') {
              world.clock.time = iso(Date.parse(world.clock.time) + what.minutes * 60_000);
              await world.detect();
            } else if (what.kind === 'rerun') {
              await world.evaluateBetween(BEGIN + what.from * HOUR, BEGIN + (what.from + what.hours) * HOUR);
            } else if (what.kind === 'loseState') {
              world.state = new MemoryState();
            } else {
              heal(world);
              breakOnce(world, what.where, what.at);
            }
          }
          await settle(world);

          const incidentOf = new Map<string, Set<string>>();
          const anchors = new Map<string, Set<string>>();
          for (const row of world.sink.rows) {
            const alert = String(row.AlertId);
            incidentOf.set(alert, (incidentOf.get(alert) ?? new Set()).add(String(row.IncidentId)));
            const place = `${row.GroupKey} ${row.Anchor}`;
            anchors.set(place, (anchors.get(place) ?? new Set()).add(String(row.IncidentId)));
            const distance = Math.abs(Date.parse(String(row.WindowEnd)) - Date.parse(String(row.Anchor)));
            expect(distance).toBeLessThanOrEqual(4 * HOUR);
          }
          for (const ids of [...incidentOf.values(), ...anchors.values()]) expect(ids.size).toBe(1);
          expect(new Set([...incidentOf.values()].map(([id]) => id))).toEqual(
            new Set(world.incidents.incidents.keys()),
          );

          // Every window with something in it has its alert, and the incident spans what it was raised for.
          for (const { time, address } of events) {
            const end = Math.floor(Date.parse(time) / HOUR) * HOUR + HOUR;
            const rows = world.sink.rows.filter(
              (row) => Date.parse(String(row.WindowEnd)) === end && JSON.stringify(row.Entities).includes(address),
            );
            expect(rows.length).toBeGreaterThan(0);
            const incident = world.incidents.incidents.get(String(rows[0]?.IncidentId))?.incident;
            expect(incident && incident.firstActivityTimeUtc <= time).toBe(true);
          }

          const picture = world.incidents.picture();
          world.state = new MemoryState();
          await world.evaluateBetween(BEGIN, BEGIN + 14 * HOUR);
          await settle(world);
          expect(world.incidents.picture()).toEqual(picture);
        },
      ),
      { numRuns: 60 },
    );
  });
});
