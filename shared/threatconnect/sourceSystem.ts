/**
 * Reads back whether SourceSystem arrived as it was sent. No documentation says that the Logs Ingestion API keeps it for
 * ThreatIntelligenceIndicator, and no ThreatConnect rule matches when the platform replaces it.
 */
import { describeError } from '../errors';
import type { Clock, LogQuery, StateStore } from '../ports';
import type { JobProblem } from '../runs/jobReport';
import type { IndicatorRow } from './indicatorRow';

export const SOURCE_SYSTEM_KEY = 'threatconnect/sourceSystem';

export interface SourceSystemCheck {
  /** ISO 8601, UTC. */
  readonly checkedAt: string;
  /** null: the row is not queryable yet; the next run looks again. */
  readonly ok: boolean | null;
  readonly sent: string;
  readonly arrived: string | null;
  /** The row that is looked for. */
  readonly indicatorId: string;
}

interface Dependencies {
  readonly query: LogQuery;
  readonly state: StateStore;
  readonly clock: Clock;
}

/**
 * Looks up a row that was sent, until one was found as sent.
 * @param uploaded a row of this run, if there was any.
 */
export async function checkSourceSystem(
  { query, state, clock }: Dependencies,
  sourceSystem: string,
  uploaded: IndicatorRow | undefined,
): Promise<{ readonly check: SourceSystemCheck | undefined; readonly problems: readonly JobProblem[] }> {
  const known = (await state.get<SourceSystemCheck>(SOURCE_SYSTEM_KEY))?.value;
  const current = known?.sent === sourceSystem ? known : undefined;
  if (current?.ok === true) return { check: current, problems: [] };
  // An earlier row is more likely to be queryable by now; only after a mismatch a new one is needed to see it cured.
  const indicatorId = (current?.ok === null ? current.indicatorId : uploaded?.IndicatorId) ?? current?.indicatorId;
  if (indicatorId === undefined) return { check: current, problems: [] };

  let arrived: string | null;
  try {
    arrived = await readBack(query, indicatorId);
  } catch (error) {
    return {
      check: current,
      problems: [{ subject: 'SourceSystem', message: `It could not be read back: ${describeError(error)}` }],
    };
  }
  const found = arrived !== null;
  const check: SourceSystemCheck = {
    checkedAt: clock.now().toISOString(),
    ok: found ? arrived === sourceSystem : (current?.ok ?? null),
    sent: sourceSystem,
    arrived: found ? arrived : (current?.arrived ?? null),
    indicatorId,
  };
  await state.put(SOURCE_SYSTEM_KEY, check);
  return { check, problems: check.ok === false ? [mismatch(check)] : [] };
}

async function readBack(query: LogQuery, indicatorId: string): Promise<string | null> {
  // The id is our own computed text; it is quoted all the same.
  const table = await query.query(
    `ThreatIntelligenceIndicator
| where IndicatorId == ${JSON.stringify(indicatorId)}
| top 1 by TimeGenerated desc
| project SourceSystem`,
  );
  const cell = table.rows[0]?.[0];
  return cell === undefined ? null : String(cell ?? '');
}

function mismatch({ sent, arrived }: SourceSystemCheck): JobProblem {
  return {
    subject: 'SourceSystem',
    message:
      `Indicator rows were sent with SourceSystem "${sent}" and arrived with "${arrived}", so no ThreatConnect rule matches them. ` +
      `Set it in the data collection rule: in the transformKql of the stream for ThreatIntelligenceIndicator add ` +
      `| extend SourceSystem = ${JSON.stringify(sent)}.`,
  };
}
