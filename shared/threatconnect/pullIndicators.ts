/**
 * Pulls indicators from ThreatConnect into ThreatIntelligenceIndicator: everything at first and every five days (rules look
 * back 7 to 14 days, so an unchanged indicator must be written again), the changes in between.
 *
 * State moves only behind acknowledged pages, and rows are idempotent by IndicatorId: a run that dies is taken up again.
 */

import type { ThreatConnectSettings } from '../config';
import { describeError } from '../errors';
import type { Clock, Log, LogQuery, RowSink, StateStore } from '../ports';
import type { JobProblem, JobReport } from '../runs/jobReport';
import { joinSignals } from '../signals';
import { type AbsenceOutcome, findAbsent } from './absence';
import { type Owner, readOwners, walkIndicators } from './client';
import type { HttpDependencies } from './http';
import { decodeIndicator } from './indicator';
import { type IndicatorRow, type MappingContext, mapIndicator } from './indicatorRow';
import { RowWriter } from './rowWriter';
import { checkSourceSystem, type SourceSystemCheck } from './sourceSystem';
import { SYNC_KEY, SyncStateFile, syncScope, type Walk } from './syncState';
import { tqlAll, tqlGroup, tqlText, tqlTime } from './tql';
import { afterWalk, nextWalk } from './walkPlan';

export interface PullDependencies {
  readonly settings: ThreatConnectSettings;
  readonly sink: RowSink;
  readonly state: StateStore;
  readonly query: LogQuery;
  readonly clock: Clock;
  readonly log: Log;
  /** Pauses between attempts; replaced in tests. */
  readonly pause?: HttpDependencies['pause'];
}

export interface PullOptions {
  /** Everything, not only what changed. */
  readonly full?: boolean;
  /** Reads and maps, but uploads nothing and keeps no state. */
  readonly dryRun?: boolean;
  /** A past window of lastModified [from, to): pulled again without moving the sync's own state. */
  readonly from?: Date;
  readonly to?: Date;
  readonly signal?: AbortSignal;
}

/**
 * Counts: `read` (indicators), `active` and `revoked` (rows mapped), `rows` (accepted by the service), `refused`, `pages`,
 * `skipped.<reason>`, `confirmed`.
 */
export interface PullReport extends JobReport {
  /** What was walked, in order. */
  readonly walks: readonly Walk['kind'][];
  /** False when the run was stopped before its end; the next one goes on there. */
  readonly complete: boolean;
  /** Whether SourceSystem arrives as sent; undefined before the first row. */
  readonly sourceSystem: SourceSystemCheck | undefined;
}

/** SourceSystem of every row. */
export function sourceSystemOf(settings: ThreatConnectSettings): string {
  return `ThreatConnect-${settings.alias}`;
}

/**
 * One run of the sync.
 * @throws FlowtrapError when ThreatConnect, the sink or the state cannot be used; what was acknowledged before is kept.
 */
export async function pullIndicators(dependencies: PullDependencies, options: PullOptions = {}): Promise<PullReport> {
  if (options.dryRun) return await new Pull(dependencies, options, undefined).run();
  const lease = await dependencies.state.lease(SYNC_KEY);
  if (lease === undefined) {
    dependencies.log.info('Another run is pulling indicators; this one leaves it to it.');
    return { counts: { alreadyRunning: 1 }, problems: [], walks: [], complete: false, sourceSystem: undefined };
  }
  const { signal, release } = joinSignals(lease.signal, ...(options.signal === undefined ? [] : [options.signal]));
  try {
    const file = await SyncStateFile.open(dependencies.state, syncScope(dependencies.settings));
    return await new Pull(dependencies, { ...options, signal }, file).run();
  } finally {
    release();
    await lease.release();
  }
}

/** A run: its counts, and the file that it moves forward (none in a dry run). */
class Pull {
  private readonly http: HttpDependencies;
  private readonly writer: RowWriter;
  private readonly counts: Record<string, number> = { read: 0, pages: 0, active: 0, revoked: 0 };
  private readonly problems: JobProblem[] = [];
  private readonly walks: Walk['kind'][] = [];
  private lastEmission: number;

  constructor(
    private readonly dependencies: PullDependencies,
    private readonly options: PullOptions,
    private readonly file: SyncStateFile | undefined,
  ) {
    this.http = { ...dependencies, signal: options.signal };
    this.writer = new RowWriter(dependencies.sink);
    this.lastEmission = Date.parse(file?.value.lastEmission ?? '') || 0;
  }

  async run(): Promise<PullReport> {
    const { owners, serverTime } = await readOwners(this.http);
    const readable = this.checkOwners(owners);
    const scope = this.scopeCondition(readable);
    const { owners: named } = this.dependencies.settings;
    if (named.length > 0 && readable.length === 0) return await this.report(false);
    const complete = await this.pull(scope, serverTime);
    if (complete) await this.revokeAbsent(scope, readable);
    return await this.report(complete);
  }

  private async pull(scope: string | undefined, serverTime: Date): Promise<boolean> {
    const { from, to } = this.options;
    if (from || to) {
      const window = { from: (from ?? new Date(0)).toISOString(), to: (to ?? serverTime).toISOString() };
      const walk = { ...window, lastId: '0', startedAt: serverTime.toISOString() };
      const complete =
        (await this.walk({ kind: 'changed', ...walk }, scope, false)) &&
        (await this.walk({ kind: 'inactive', ...walk }, scope, false));
      if (!complete) {
        const message = `The run was stopped before it had walked all of ${window.from} to ${window.to}. Ask for a smaller window.`;
        this.problems.push({ subject: 'window', message });
      }
      return complete;
    }
    let walk = nextWalk(this.file?.value, serverTime, this.options.full ?? false);
    while (walk) {
      if (!(await this.walk(walk, scope, true))) return false;
      if (this.file === undefined) return true;
      await this.file.save(afterWalk(this.file.value, walk, this.dependencies.clock.now()));
      walk = this.file.value.walk;
    }
    return true;
  }

  /** @returns false when it was stopped. */
  private async walk(walk: Walk, scope: string | undefined, keep: boolean): Promise<boolean> {
    this.walks.push(walk.kind);
    const window =
      walk.from === undefined || walk.to === undefined
        ? undefined
        : `lastModified GEQ ${tqlTime(new Date(walk.from))} and lastModified LT ${tqlTime(new Date(walk.to))}`;
    const inactive = walk.kind === 'inactive' ? 'indicatorActive = false' : undefined;
    const condition = tqlAll(scope, window, inactive);
    try {
      for await (const page of walkIndicators(this.http, condition, walk.lastId)) {
        await this.writePage(page.indicators);
        if (keep) await this.save({ ...walk, lastId: page.lastId });
        if (this.options.signal?.aborted) return false;
      }
    } catch (error) {
      if (this.options.signal?.aborted) return false;
      throw error;
    }
    return true;
  }

  private async save(walk: Walk): Promise<void> {
    if (this.file === undefined) return;
    await this.file.save({ ...this.file.value, walk, lastEmission: new Date(this.lastEmission).toISOString() });
  }

  private async writePage(items: readonly object[]): Promise<void> {
    const context = this.context();
    const rows = new Map<string, IndicatorRow>();
    this.count('pages');
    for (const item of items) {
      this.count('read');
      const indicator = decodeIndicator(item);
      const mapped = indicator === undefined ? { skipped: 'malformedIndicator' } : mapIndicator(indicator, context);
      if ('skipped' in mapped) this.count(`skipped.${mapped.skipped}`);
      else for (const row of mapped.rows) rows.set(row.IndicatorId, preferred(row, rows.get(row.IndicatorId)));
    }
    for (const row of rows.values()) this.count(row.Active ? 'active' : 'revoked');
    await this.upload(rows.values());
  }

  private async upload(rows: Iterable<IndicatorRow>): Promise<void> {
    if (this.options.dryRun) return;
    await this.writer.write(rows);
    await this.writer.flush();
  }

  private async revokeAbsent(scope: string | undefined, readable: readonly Owner[]): Promise<void> {
    const absence = this.file?.value.absence;
    const { clock, query } = this.dependencies;
    if (this.file === undefined || absence === undefined || clock.now().toISOString() < absence.notBefore) return;
    const names = new Set(readable.map((owner) => owner.name));
    const context = this.context();
    let found: AbsenceOutcome;
    try {
      found = await findAbsent({ ...this.http, query }, new Date(absence.since), scope, names, context);
    } catch (error) {
      const message = `What is gone from ThreatConnect could not be worked out; the next run tries again. ${describeError(error)}`;
      this.problems.push({ subject: 'revocation', message });
      return;
    }
    for (const row of found.revocations) this.count(row.Active ? 'active' : 'revoked');
    this.count('confirmed', found.confirmed);
    this.problems.push(...found.problems);
    await this.upload(found.revocations);
    const { absence: _settled, ...rest } = this.file.value;
    await this.file.save({
      ...(found.settled ? rest : this.file.value),
      lastEmission: new Date(this.lastEmission).toISOString(),
    });
  }

  private async report(complete: boolean): Promise<PullReport> {
    let sourceSystem: SourceSystemCheck | undefined;
    if (!this.options.dryRun) {
      const checked = await checkSourceSystem(
        this.dependencies,
        sourceSystemOf(this.dependencies.settings),
        this.writer.newest,
      );
      sourceSystem = checked.check;
      this.problems.push(...checked.problems);
    }
    let refused = 0;
    for (const [reason, count] of this.writer.refused) {
      refused += count;
      this.problems.push({ subject: 'ThreatIntelligenceIndicator', message: `${count} rows were refused: ${reason}` });
    }
    const counts = { ...this.counts, rows: this.writer.accepted, refused };
    return { counts, problems: this.problems, walks: this.walks, complete, sourceSystem };
  }

  /** The owners to pull from; a named one that cannot be read is a problem, and the others go on. */
  private checkOwners(owners: readonly Owner[]): readonly Owner[] {
    const { owners: named } = this.dependencies.settings;
    if (named.length === 0) return owners;
    for (const name of named) {
      if (owners.some((owner) => owner.name === name)) continue;
      this.problems.push({
        subject: `owner ${JSON.stringify(name)}`,
        message: `The API user cannot read the owner ${JSON.stringify(name)}, or it does not exist. Correct THREATCONNECT_OWNERS or give the user access; readable are: ${owners
          .slice(0, 20)
          .map((owner) => owner.name)
          .join(', ')}.`,
      });
    }
    return owners.filter((owner) => named.includes(owner.name));
  }

  private scopeCondition(readable: readonly Owner[]): string | undefined {
    const { owners, filter } = this.dependencies.settings;
    const names =
      owners.length === 0 ? undefined : `ownerName IN (${readable.map((owner) => tqlText(owner.name)).join(',')})`;
    return tqlAll(filter === undefined ? undefined : tqlGroup(filter), names);
  }

  /** Rows of one page share one time, later than every row before it. */
  private context(): MappingContext {
    this.lastEmission = Math.max(this.dependencies.clock.now().getTime(), this.lastEmission + 1);
    const { url } = this.dependencies.settings;
    return {
      host: new URL(url).hostname,
      sourceSystem: sourceSystemOf(this.dependencies.settings),
      now: new Date(this.lastEmission),
    };
  }

  private count(name: string, by = 1): void {
    this.counts[name] = (this.counts[name] ?? 0) + by;
  }
}

/** Two indicators of one owner can write the same observable differently: the living one counts, then the longer life. */
function preferred(row: IndicatorRow, other: IndicatorRow | undefined): IndicatorRow {
  if (other === undefined || (row.Active && !other.Active)) return row;
  if (other.Active && !row.Active) return other;
  return row.ExpirationDateTime >= other.ExpirationDateTime ? row : other;
}
