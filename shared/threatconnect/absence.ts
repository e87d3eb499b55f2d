/**
 * Revokes what is gone from ThreatConnect. Deletion, deactivation and a changed filter leave no dependable trace there; but
 * after a complete full pull, an indicator whose newest row is older than that pull was not in it. The table itself is the
 * memory of what was emitted, so no state grows with the number of indicators.
 */
import { FlowtrapError } from '../errors';
import type { LogQuery } from '../ports';
import type { JobProblem } from '../runs/jobReport';
import { walkIndicators } from './client';
import type { HttpDependencies } from './http';
import { decodeIndicator } from './indicator';
import { type IndicatorRow, type MappingContext, mapIndicator } from './indicatorRow';
import { tqlAll, tqlId } from './tql';

/** More than this share missing at once is taken for a fault (credentials, filter, an owner withdrawn), not for deletions. */
const MOST = 0.05;
/** As many may always be missing, however few indicators there are. */
const FEW = 20;
/** Candidates of one query; more wait for the next run. */
const CANDIDATES = 20_000;
/** Ids of one confirming request: keeps the address short. */
const CONFIRM = 100;

export interface AbsenceOutcome {
  readonly revocations: readonly IndicatorRow[];
  readonly problems: readonly JobProblem[];
  /** Emitted indicators that were found alive although the table did not show it. */
  readonly confirmed: number;
  /** Whether the full pull is settled; otherwise the next run looks again. */
  readonly settled: boolean;
}

interface Emitted {
  readonly indicatorId: string;
  readonly externalId: string;
  readonly networkIp: string;
  readonly provider: string;
  readonly information: string;
}

/**
 * Rows that revoke what the full pull since `since` did not bring.
 * @param condition the pull's own owners and filter (TQL).
 * @param owners names of the owners that can be read now: silence of any other owner is no deletion.
 */
export async function findAbsent(
  dependencies: HttpDependencies & { readonly query: LogQuery },
  since: Date,
  condition: string | undefined,
  owners: ReadonlySet<string>,
  context: MappingContext,
): Promise<AbsenceOutcome> {
  const { total, missing, allMissing } = await readEmitted(
    dependencies.query,
    context.sourceSystem,
    since,
    context.now,
  );
  const candidates = missing.filter((row) => owners.has(row.provider) && /^\d{1,19}$/.test(row.externalId));
  if (candidates.length === 0) return { revocations: [], problems: [], confirmed: 0, settled: true };
  // Rows of the pull itself may not be queryable yet; then nearly everything looks missing, and it is looked at again.
  const alive = await confirm(dependencies, candidates, condition, context);
  const gone = candidates.filter((row) => !alive.has(row.indicatorId));
  const confirmed = candidates.length - gone.length;
  // Of those that were not listed, as many are gone as of those that were: a slice must not make a great loss look small.
  const likelyGone = Math.round((gone.length * Math.max(allMissing, missing.length)) / missing.length);
  if (likelyGone > FEW && likelyGone > total * MOST) {
    const message =
      `${likelyGone} of ${total} indicators are gone from ThreatConnect at once; none was revoked. If that is right, they age out ` +
      'within 14 days; otherwise check THREATCONNECT_OWNERS, THREATCONNECT_FILTER and what the API user may read.';
    return { revocations: [], problems: [{ subject: 'revocation', message }], confirmed, settled: true };
  }
  const settled = missing.length < CANDIDATES;
  return { revocations: gone.map((row) => revocation(row, context)), problems: [], confirmed, settled };
}

/** How many indicators of ours are active and unexpired, how many of them have no row since the pull began, and the first of these. */
async function readEmitted(
  query: LogQuery,
  sourceSystem: string,
  since: Date,
  now: Date,
): Promise<{ total: number; missing: Emitted[]; allMissing: number }> {
  const live = `ThreatIntelligenceIndicator
| where SourceSystem == ${JSON.stringify(sourceSystem)}
| summarize arg_max(TimeGenerated, Active, ExpirationDateTime, ExternalIndicatorId, NetworkIP, IndicatorProvider, AdditionalInformation) by IndicatorId
| where Active == true and ExpirationDateTime > datetime(${now.toISOString()})`;
  const timespan = { from: new Date(now.getTime() - 14 * 86_400_000), to: new Date(now.getTime() + 86_400_000) };
  const old = `TimeGenerated < datetime(${since.toISOString()})`;
  const counted = await query.query(`${live}\n| summarize Total = count(), Missing = countif(${old})`, timespan);
  const listed = await query.query(
    `${live}
| where ${old}
| top ${CANDIDATES} by IndicatorId asc
| project IndicatorId, ExternalIndicatorId, NetworkIP, IndicatorProvider, AdditionalInformation`,
    timespan,
  );
  const missing = listed.rows.map((row) => {
    const [indicatorId = '', externalId = '', networkIp = '', provider = '', information = ''] = row.map((cell) =>
      String(cell ?? ''),
    );
    return { indicatorId, externalId, networkIp, provider, information };
  });
  const [total, allMissing] = counted.rows[0] ?? [];
  return { total: Number(total ?? 0), missing, allMissing: Number(allMissing ?? 0) };
}

/** The IndicatorIds that ThreatConnect still has within the pull's own limits, asked for by id. */
async function confirm(
  dependencies: HttpDependencies,
  candidates: readonly Emitted[],
  condition: string | undefined,
  context: MappingContext,
): Promise<Set<string>> {
  const alive = new Set<string>();
  const ids = [...new Set(candidates.map((row) => row.externalId))];
  for (let at = 0; at < ids.length; at += CONFIRM) {
    const some = `id IN (${ids
      .slice(at, at + CONFIRM)
      .map(tqlId)
      .join(',')})`;
    for await (const page of walkIndicators(dependencies, tqlAll(condition, some), '0')) {
      for (const item of page.indicators) {
        const indicator = decodeIndicator(item);
        const mapped = indicator === undefined ? undefined : mapIndicator(indicator, context);
        if (mapped && 'rows' in mapped) for (const row of mapped.rows) if (row.Active) alive.add(row.IndicatorId);
      }
    }
  }
  return alive;
}

function revocation(row: Emitted, { sourceSystem, now }: MappingContext): IndicatorRow {
  if (!row.indicatorId.startsWith('indicator--')) {
    throw new FlowtrapError('malformed', `"${row.indicatorId.slice(0, 60)}" is no id that Flowtrap gives.`, {
      subject: 'ThreatIntelligenceIndicator',
      fix: `Another writer uses SourceSystem "${sourceSystem}": give each its own THREATCONNECT_ALIAS.`,
    });
  }
  return {
    TimeGenerated: now.toISOString(),
    IndicatorId: row.indicatorId,
    ExternalIndicatorId: row.externalId,
    SourceSystem: sourceSystem,
    IndicatorProvider: row.provider,
    Active: false,
    ExpirationDateTime: now.toISOString(),
    Description: 'No longer in ThreatConnect.',
    AdditionalInformation: row.information,
    ...(row.networkIp === '' ? {} : { NetworkIP: row.networkIp }),
  };
}
