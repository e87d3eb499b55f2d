/**
 * Moving a query to a past window: now() and ago() become literals at the window's end. The places are found once by the parser and are
 * plain JSON, to be kept by the query's digest; putting the literals in needs no parser.
 */
import { join } from 'node:path';
import { appRoot } from '../appRoot';
import { checkQuery, findBuiltInCalls, findReferencedNames } from './language';
import { loadStoredFunctions, type StoredFunction } from './storedFunctions';

/**
 * A piece of the text to replace: `now()` as a whole; of a call with an argument its beginning and its closing parenthesis, so that
 * the argument stays as it is and may itself hold such calls.
 */
export interface ClockCall {
  /** Offset in the text, UTF-16 units. */
  readonly start: number;
  readonly length: number;
  readonly kind: 'now' | 'now(' | 'ago(' | ')';
}

const CLOCK_FUNCTIONS: ReadonlySet<string> = new Set(['now', 'ago']);

/**
 * Where the query asks for the time, in order of place; not in strings, comments and names.
 * @throws LanguageError (`malformed`) when the text is not KQL.
 */
export function findClockCalls(kql: string): readonly ClockCall[] {
  const pieces = findBuiltInCalls(kql, CLOCK_FUNCTIONS).flatMap((call): readonly ClockCall[] => {
    const { start, length, argumentsStart, argumentsEnd } = call;
    if (call.name === 'now' && call.argumentCount === 0) return [{ start, length, kind: 'now' }];
    return [
      { start, length: argumentsStart - start, kind: call.name === 'now' ? 'now(' : 'ago(' },
      { start: argumentsEnd, length: 1, kind: ')' },
    ];
  });
  return pieces.sort((a, b) => a.start - b.start);
}

/** The query as if `end` were now: `now()` → `datetime(…)`, `ago(x)` → `(datetime(…) - (x))`, `now(x)` → `(datetime(…) + (x))`. */
export function moveToWindow(kql: string, calls: readonly ClockCall[], end: Date): string {
  const literal = `datetime(${end.toISOString()})`;
  const texts: Readonly<Record<ClockCall['kind'], string>> = {
    now: literal,
    'now(': `(${literal} + (`,
    'ago(': `(${literal} - (`,
    ')': '))',
  };
  let moved = '';
  let at = 0;
  for (const call of calls) {
    moved += kql.slice(at, call.start) + texts[call.kind];
    at = call.start + call.length;
  }
  return moved + kql.slice(at);
}

/**
 * Stored functions that the query uses, directly or through others, whose text asks for the time: a query with such a function
 * cannot be moved entirely.
 * @throws LanguageError (`malformed`) when a text is not KQL.
 */
export function findUnmovableFunctions(
  kql: string,
  functions: readonly { readonly name: string; readonly body: string }[],
): readonly string[] {
  const stored = new Map(functions.map((one) => [one.name, one.body]));
  const reached = new Set<string>();
  const open = [kql];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const name of findReferencedNames(text)) {
      const body = stored.get(name);
      if (body === undefined || reached.has(name)) continue;
      reached.add(name);
      open.push(statementsOf(body));
    }
  }
  return [...reached].filter((name) => findClockCalls(statementsOf(stored.get(name) ?? '')).length > 0).sort();
}

/** The parser's finding for a call of a function that it does not know. */
const UNKNOWN_FUNCTION = 'KS211';
/** `_Im_…`, `_ASim_…`, `_GetWatchlist`: Sentinel's own functions, known not to ask for the time. */
const SENTINEL_FUNCTION = /^_/;

/**
 * Functions that the query calls and whose text is not at hand: whether they ask for the time cannot be told.
 * @throws LanguageError (`malformed`) when the text is not KQL.
 */
export function findUnseenFunctions(kql: string, functions: readonly StoredFunction[]): readonly string[] {
  findReferencedNames(kql);
  const unknown = checkQuery(kql, { tables: [], functions })
    .filter(({ code, functionName }) => code === UNKNOWN_FUNCTION && functionName === undefined)
    .map(({ text }) => text);
  return [...new Set(unknown)].filter((name) => !SENTINEL_FUNCTION.test(name)).sort();
}

/**
 * What keeps a rule's text from being moved to a past window, as sentences; none when all of it moves.
 * @param functions stored functions whose text is known; left out: those that ship with Flowtrap.
 * @throws LanguageError (`malformed`) when the text is not KQL.
 */
export function findClockWarnings(kql: string, functions = shippedFunctions()): readonly string[] {
  return [
    ...findUnmovableFunctions(kql, functions).map(
      (name) =>
        `the stored function ${name} asks for the time itself: a late or repeated window gets its answer as of today. Give it the time as a parameter.`,
    ),
    ...findUnseenFunctions(kql, functions).map(
      (name) =>
        `the stored function ${name} cannot be looked into: should it call now() or ago(), a late or repeated window gets its answer as of today. Give it the time as a parameter.`,
    ),
  ];
}

let shipped: readonly StoredFunction[] | undefined;

function shippedFunctions(): readonly StoredFunction[] {
  shipped ??= loadStoredFunctions(join(appRoot(), 'shared/asim'));
  return shipped;
}

/** A function's body without the braces that it may have. */
function statementsOf(body: string): string {
  return /^\s*\{([\s\S]*)\}\s*$/.exec(body)?.[1] ?? body;
}

/** All together, for those who take them as one. */
export const clockCalls = { find: findClockCalls, move: moveToWindow, warnings: findClockWarnings };
