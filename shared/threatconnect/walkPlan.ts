/** Which walk over ThreatConnect comes next, and where the state stands after one. Pure. */
import { DAY, MINUTE } from '../duration';
import { FlowtrapError } from '../errors';
import { SYNC_KEY, type SyncState, type Walk } from './syncState';

/** Rows as fresh as this may still be on their way into ThreatConnect's index. */
const SETTLING = 5 * MINUTE;
/** Windows overlap, since lastModified has whole seconds and is set before the commit. */
const OVERLAP = 10 * MINUTE;
/** The strictest rule looks back 7 days: a refresh every 5 survives an outage of 2. */
const REFRESH = 5 * DAY;
/** How long uploaded rows may take to become queryable. */
const QUERYABLE_AFTER = 15 * MINUTE;

/**
 * The walk that is under way, else a full one when it is due, else the changes since the last one.
 * @param state undefined in a dry run.
 * @param full whether everything was asked for.
 * @returns undefined when nothing can have changed yet.
 */
export function nextWalk(state: SyncState | undefined, serverTime: Date, full: boolean): Walk | undefined {
  if (state?.walk && (!full || state.walk.kind === 'full')) return state.walk;
  const begin = { lastId: '0', startedAt: serverTime.toISOString() };
  const age = serverTime.getTime() - (Date.parse(state?.lastFull ?? '') || 0);
  if (full || state?.from === undefined || age >= REFRESH) return { kind: 'full', ...begin };
  const to = new Date(serverTime.getTime() - SETTLING).toISOString();
  return state.from < to ? { kind: 'changed', from: state.from, to, ...begin } : undefined;
}

/**
 * The state behind a finished walk. The inactive ones of a window follow its changes; it is then the state's walk.
 * @param now our own clock.
 */
export function afterWalk(state: SyncState, walk: Walk, now: Date): SyncState {
  const { walk: _done, ...rest } = state;
  switch (walk.kind) {
    case 'changed':
      return { ...rest, walk: { ...walk, kind: 'inactive', lastId: '0' } };
    case 'inactive':
      return { ...rest, from: earlier(walk.to, OVERLAP) };
    case 'full':
      return {
        ...rest,
        from: earlier(walk.startedAt, SETTLING + OVERLAP),
        lastFull: walk.startedAt,
        absence: {
          since: firstEmission(walk, now),
          notBefore: new Date(now.getTime() + QUERYABLE_AFTER).toISOString(),
        },
      };
  }
}

/**
 * No row of a full walk has an earlier TimeGenerated, which is by our clock; startedAt is by the server's. A clock of ours
 * that is behind would make living rows look old (they would be kept, at the cost of a request for each hundred).
 */
function firstEmission(walk: Walk, now: Date): string {
  const behind = Math.max(0, Date.parse(walk.startedAt) - now.getTime());
  return earlier(walk.startedAt, behind);
}

function earlier(time: string | undefined, by: number): string {
  if (time === undefined) throw new FlowtrapError('malformed', 'the saved walk has no end.', { subject: SYNC_KEY });
  return new Date(Date.parse(time) - by).toISOString();
}
