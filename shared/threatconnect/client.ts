/**
 * Reads owners and indicators from ThreatConnect's REST API v3. Only GET: the API deletes in bulk by query, so this client
 * has no other method at all.
 */
import { FlowtrapError } from '../errors';
import { AnswerError } from './answers';
import { get, type HttpDependencies } from './http';
import { tqlAll, tqlId } from './tql';

/** An organization, community or source. */
export interface Owner {
  readonly id: string;
  readonly name: string;
}

export interface IndicatorPage {
  /** Raw v3 objects in order of id, long ids as text. */
  readonly indicators: readonly object[];
  /** Id of the last one; where the walk goes on. */
  readonly lastId: string;
}

/** Additional members asked for with every indicator. */
const FIELDS = ['tags', 'securityLabels', 'externalDates', 'sightings'] as const;
const PAGE = 1000;
const SMALLEST_PAGE = 100;
/** Too late, too large, or failed while the page was made; neither throttling nor a missing licence. */
const CURED_BY_SMALLER_PAGES: ReadonlySet<number> = new Set([408, 413, 500, 502, 504]);
/** Characters of an encoded request line that servers are known to take. */
const MAX_TARGET = 6000;

/** The owners that the API user may read, and the server's clock. */
export async function readOwners(
  dependencies: HttpDependencies,
): Promise<{ readonly owners: readonly Owner[]; readonly serverTime: Date }> {
  const owners: Owner[] = [];
  let serverTime: Date | undefined;
  for (let start = 0; start < 100_000; start += PAGE) {
    const answer = await get(dependencies, '/v3/security/owners', [
      ['resultStart', String(start)],
      ['resultLimit', String(PAGE)],
    ]);
    serverTime ??= answer.serverTime;
    const rows = asList(answer.data);
    for (const row of rows) {
      const { id, name } = row as { id?: unknown; name?: unknown };
      if (typeof name === 'string') owners.push({ id: String(id), name });
    }
    if (!answer.more || rows.length === 0) break;
  }
  return { owners, serverTime: serverTime ?? dependencies.clock.now() };
}

/**
 * Walks over all indicators that satisfy a condition, by id, so that nothing that changes meanwhile shifts a page.
 * Pages shrink when the server cannot make them in time or they grow too large.
 * @param condition TQL; undefined: every indicator.
 * @param afterId the walk begins behind this id ('0': at the start).
 * @throws FlowtrapError as get does; `refused` when the server does not keep to the order asked for.
 */
export async function* walkIndicators(
  dependencies: HttpDependencies,
  condition: string | undefined,
  afterId: string,
): AsyncGenerator<IndicatorPage> {
  let lastId = afterId;
  let limit = PAGE;
  for (;;) {
    const tql = tqlAll(condition, `id GT ${tqlId(lastId)}`) ?? '';
    const parameters: [string, string][] = [
      ['tql', tql],
      ...FIELDS.map((field): [string, string] => ['fields', field]),
      ['sorting', 'id asc'],
      ['resultStart', '0'],
      ['resultLimit', String(limit)],
    ];
    if (encodeURIComponent(tql).length > MAX_TARGET) {
      throw new FlowtrapError('configuration', `the query is longer than ${MAX_TARGET} characters.`, {
        subject: 'THREATCONNECT_OWNERS, THREATCONNECT_FILTER',
        fix: 'Name fewer owners or shorten the filter.',
      });
    }
    let answer: Awaited<ReturnType<typeof get>>;
    try {
      answer = await get(dependencies, '/v3/indicators', parameters);
    } catch (error) {
      const smaller = Math.floor(limit / 2);
      const mayHelp = error instanceof AnswerError && CURED_BY_SMALLER_PAGES.has(error.status);
      if (!mayHelp || smaller < SMALLEST_PAGE) throw error;
      dependencies.log.warn(`ThreatConnect could not make a page of ${limit} indicators; asking for ${smaller}.`);
      limit = smaller;
      continue;
    }
    const sent = Array.isArray(answer.data) ? answer.data.length : 0;
    if (sent === 0) return;
    const indicators = asList(answer.data);
    lastId = highestId(indicators, lastId);
    yield { indicators, lastId };
    // A server whose own limit is below ours sends short pages all along, but says that there is more.
    if (sent < limit && !answer.more) return;
  }
}

/** The highest id of a page; every id must lie behind the last one, or the walk would miss rows or never end. */
function highestId(indicators: readonly object[], after: string): string {
  let highest = BigInt(after);
  for (const indicator of indicators) {
    const id = indicatorId(indicator);
    if (id === undefined) continue;
    if (BigInt(id) <= BigInt(after)) throw outOfOrder(`it sent id ${id} where only ids above ${after} were asked for`);
    if (BigInt(id) > highest) highest = BigInt(id);
  }
  if (highest === BigInt(after)) throw outOfOrder('no indicator of a whole page has a numeric id');
  return String(highest);
}

function outOfOrder(what: string): FlowtrapError {
  return new FlowtrapError('refused', `ThreatConnect cannot be walked by id: ${what}.`, {
    subject: 'GET /v3/indicators',
    fix: 'This instance does not keep to `id GT` and `sorting=id asc`; report it with the platform version.',
  });
}

/** The id as digits, whether it came as a number or (being long) as text. */
export function indicatorId(indicator: object): string | undefined {
  const id = String((indicator as { id?: unknown }).id);
  return /^\d{1,19}$/.test(id) ? id : undefined;
}

function asList(data: unknown): object[] {
  return Array.isArray(data) ? data.filter((item) => typeof item === 'object' && item !== null) : [];
}
