/** Whatever happens in ThreatConnect and on the way: in the end the workspace says what ThreatConnect says. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pullIndicators } from '../../../shared/threatconnect/pullIndicators';
import { newest } from './memory';
import { address, later, NOW, type SetUp, setUp } from './setUp';

type Step =
  | { readonly do: 'add' | 'modify' | 'deactivate' | 'reactivate' | 'delete'; readonly number: number }
  | { readonly do: 'wait'; readonly minutes: number }
  | { readonly do: 'pull'; readonly fault: 'none' | 'page' | 'upload' | 'state' };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('add', 'modify', 'deactivate', 'reactivate', 'delete'),
    number: fc.integer({ min: 1, max: 15 }),
  }),
  fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 15, 16, 60, 1440, 7300) }),
  fc.record({ do: fc.constant('pull' as const), fault: fc.constantFrom('none', 'none', 'page', 'upload', 'state') }),
);

interface Known {
  readonly id: number;
  readonly active: boolean;
  readonly lastModified: string;
}

/** Plays the steps; time moves a second with each. */
class Play {
  private time = Date.parse(NOW);
  private nextId = 100;
  readonly there = new Map<number, Known>();

  constructor(private readonly setup: SetUp) {}

  async take(action: Step): Promise<void> {
    this.time += 1000;
    if (action.do === 'wait') this.time += action.minutes * 60_000;
    else if (action.do === 'pull') await this.pull(action.fault);
    else this.change(action.do, action.number);
  }

  async pull(fault: 'none' | 'page' | 'upload' | 'state'): Promise<void> {
    const { dependencies, sink, faults } = this.setup;
    await later(this.setup, new Date(this.time).toISOString());
    this.setup.server.setIndicators(
      [...this.there].map(([number, known]) => address(known.id, `198.18.0.${number}`, known)),
    );
    let calls = 0;
    faults.page = () => (fault === 'page' && ++calls < 5 ? 'hangUp' : undefined);
    sink.before = () => {
      if (fault === 'upload') throw new Error('refused');
    };
    const { put } = dependencies.state;
    if (fault === 'state') {
      dependencies.state.put = async () => {
        throw new Error('storage is down');
      };
    }
    const pulled = pullIndicators(dependencies);
    await (fault === 'none' ? pulled : pulled.catch(() => undefined));
    dependencies.state.put = put;
  }

  private change(what: 'add' | 'modify' | 'deactivate' | 'reactivate' | 'delete', number: number): void {
    const known = this.there.get(number);
    const lastModified = `${new Date(this.time).toISOString().slice(0, 19)}Z`;
    if (what === 'add' && known === undefined)
      this.there.set(number, { id: this.nextId++, active: true, lastModified });
    if (known === undefined) return;
    if (what === 'delete') this.there.delete(number);
    else
      this.there.set(number, {
        ...known,
        lastModified,
        active: what === 'modify' ? known.active : what === 'reactivate',
      });
  }

  /** Addresses that ThreatConnect lists and that are not older than an address is believed in. */
  listed(): string[] {
    const alive = [...this.there].filter(
      ([, { active, lastModified }]) => active && Date.parse(lastModified) + 30 * 86_400_000 > this.time,
    );
    return alive.map(([number]) => `198.18.0.${number}`).sort();
  }

  /** Addresses that a rule would match now. */
  believed(): string[] {
    const now = new Date(this.time).toISOString();
    const live = [...newest(this.setup.sink.rows).values()].filter(
      (row) => row.Active === true && String(row.ExpirationDateTime) > now,
    );
    return live.map((row) => String(row.NetworkIP)).sort();
  }
}

describe('the pull', () => {
  it('makes the workspace agree with ThreatConnect, through faults of every dependency', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const fresh = await setUp([]);
        try {
          const play = new Play(fresh);
          for (const action of steps) await play.take(action);
          // What was under way ends; then a refresh, and the look for what is gone.
          for (const minutes of [15, 15, 7200, 16]) {
            await play.take({ do: 'wait', minutes });
            await play.take({ do: 'pull', fault: 'none' });
          }
          expect(play.believed()).toEqual(play.listed());
        } finally {
          await fresh.server.close();
        }
      }),
      { numRuns: 15 },
    );
  });
});
