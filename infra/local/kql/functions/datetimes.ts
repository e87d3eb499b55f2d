/** now, ago, the calendar, bins of it, and formats. Weeks start on Sunday, all times are UTC. */

import { arithmetic } from '../build/arithmetic';
import { unsupported } from '../build/builder';
import { convert } from '../build/convert';
import { call, constant, isConstant } from '../plan/values';
import { stringLiteral } from '../sql/text';
import type { CallContext, FunctionBuilder } from './spec';

type Unit = 'day' | 'week' | 'month' | 'year';

/** Start of the unit as SQL; a week from Sunday. */
const STARTS: Readonly<Record<Unit, (t: string) => string>> = {
  day: (t) => `date_trunc('day', ${t})`,
  week: (t) => `(date_trunc('week', ${t} + INTERVAL 1 DAY) - INTERVAL 1 DAY)`,
  month: (t) => `date_trunc('month', ${t})`,
  year: (t) => `date_trunc('year', ${t})`,
};

function startOf(unit: Unit, end: boolean): FunctionBuilder {
  return (context) => {
    const time = convert(context.value(0), 'datetime');
    const offset = context.arguments.length > 1 ? convert(context.value(1), 'long') : constant('long', 0n);
    return call('datetime', [time, offset], (t, n) => {
      const start = `(${STARTS[unit](`(${t})`)} + to_${unit}s((${n} + ${end ? 1 : 0})::INTEGER))::TIMESTAMP`;
      return end ? `(${start} - INTERVAL 1 MICROSECOND)` : start;
    });
  };
}

const now: FunctionBuilder = (context) => {
  const at = constant('datetime', context.builder.now);
  return context.arguments.length === 0
    ? at
    : arithmetic('+', at, convert(context.value(0), 'timespan'), 'datetime', context.node);
};

const ago: FunctionBuilder = (context) =>
  arithmetic(
    '-',
    constant('datetime', context.builder.now),
    convert(context.value(0), 'timespan'),
    'datetime',
    context.node,
  );

/** Kusto's unit names → DuckDB's for date_diff, date_part and intervals. */
const PARTS: Readonly<Record<string, string>> = {
  year: 'year',
  quarter: 'quarter',
  month: 'month',
  week_of_year: 'week',
  week: 'week',
  day: 'day',
  dayofyear: 'dayofyear',
  hour: 'hour',
  minute: 'minute',
  second: 'second',
  millisecond: 'millisecond',
  microsecond: 'microsecond',
  nanosecond: 'nanosecond',
};

function partOf(context: CallContext): string {
  const part = context.value(0);
  const name = isConstant(part) ? String(part.value).toLowerCase() : '';
  const known = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  if (known === undefined) throw unsupported(`The unit '${name}' of ${context.node.name}()`, context.node);
  return known;
}

/** Counts the boundaries crossed from the second datetime to the first. */
const datetimeDiff: FunctionBuilder = (context) => {
  const part = partOf(context);
  const [a, b] = [convert(context.value(1), 'datetime'), convert(context.value(2), 'datetime')];
  if (part === 'week') {
    const sunday = (t: string) => `date_trunc('week', ${t} + INTERVAL 1 DAY)`;
    return call('long', [a, b], (x = '', y = '') => `(date_diff('day', ${sunday(y)}, ${sunday(x)}) // 7)`);
  }
  if (part === 'nanosecond') return call('long', [a, b], (x, y) => `((epoch_us(${x}) - epoch_us(${y})) * 1000)`);
  return call('long', [a, b], (x, y) => `date_diff('${part}', ${y}, ${x})`);
};

const datetimeAdd: FunctionBuilder = (context) => {
  const part = partOf(context);
  const unit = part === 'dayofyear' ? 'day' : part;
  const amount = convert(context.value(1), 'long');
  const interval = unit === 'quarter' ? 'to_months((%n * 3)::INTEGER)' : INTERVALS[unit];
  if (interval === undefined) throw unsupported(`datetime_add() of '${unit}'`, context.node);
  return call(
    'datetime',
    [convert(context.value(2), 'datetime'), amount],
    (t, n) => `(${t} + ${interval.replace('%n', n)})::TIMESTAMP`,
  );
};

const INTERVALS: Readonly<Record<string, string>> = {
  year: 'to_years((%n)::INTEGER)',
  month: 'to_months((%n)::INTEGER)',
  week: 'to_weeks((%n)::INTEGER)',
  day: 'to_days((%n)::INTEGER)',
  hour: 'to_hours(%n)',
  minute: 'to_minutes(%n)',
  second: 'to_seconds(%n)',
  millisecond: 'to_milliseconds(%n)',
  microsecond: 'to_microseconds(%n)',
  nanosecond: 'to_microseconds(%n // 1000)',
};

/** milliseconds and microseconds of the second only; DuckDB counts the seconds in. */
const datetimePart: FunctionBuilder = (context) => {
  const part = partOf(context);
  if (part === 'nanosecond') {
    return call(
      'long',
      [convert(context.value(1), 'datetime')],
      (t) => `(date_part('microsecond', ${t}) % 1000000 * 1000)::BIGINT`,
    );
  }
  const modulo = part === 'millisecond' ? ' % 1000' : part === 'microsecond' ? ' % 1000000' : '';
  return call('long', [convert(context.value(1), 'datetime')], (t) => `(date_part('${part}', ${t})${modulo})::BIGINT`);
};

/** A .NET format letter run → strftime, or a piece of SQL over `%t`. */
const FORMATS: Readonly<Record<string, string>> = {
  yyyy: '%Y',
  yy: '%y',
  MM: '%m',
  M: '%-m',
  dd: '%d',
  d: '%-d',
  HH: '%H',
  H: '%-H',
  hh: '%I',
  h: '%-I',
  mm: '%M',
  m: '%-M',
  ss: '%S',
  s: '%-S',
  tt: '%p',
};

/** Number of a fraction's digits by `fff` (always) and `FFF` (without trailing zeros). */
const FRACTION = /^(f{1,7}|F{1,7})$/;

const formatDatetime: FunctionBuilder = (context) => {
  const format = context.value(1);
  if (!isConstant(format)) throw unsupported('format_datetime() with a computed format', context.node);
  const pieces: ((t: string) => string)[] = [];
  for (const run of String(format.value).match(/y+|M+|d+|H+|h+|m+|s+|f+|F+|t+|[^yMdHhmsfFt]/g) ?? []) {
    const known = Object.hasOwn(FORMATS, run) ? FORMATS[run] : undefined;
    if (run === 'y') pieces.push((t) => `CAST(year(${t}) % 100 AS VARCHAR)`);
    else if (known !== undefined) pieces.push((t) => `strftime(${t}, '${known}')`);
    else if (FRACTION.test(run)) pieces.push(fractionPiece(run));
    else if (/^[ \-/:,._[\]TZ]$/.test(run)) pieces.push(() => stringLiteral(run));
    else throw unsupported(`'${run}' in a format of format_datetime()`, context.node);
  }
  if (pieces.length === 0) return constant('string', '');
  return call(
    'string',
    [convert(context.value(0), 'datetime')],
    (t) => `coalesce(concat(${pieces.map((piece) => `(${piece(t)})`).join(', ')}), '')`,
  );
};

function fractionPiece(run: string): (t: string) => string {
  const digits = (t: string) => `left(strftime(${t}, '%f') || '0', ${run.length})`;
  return run.startsWith('f') ? digits : (t) => `rtrim(${digits(t)}, '0')`;
}

const formatTimespan: FunctionBuilder = (context) => {
  const format = context.value(1);
  if (!isConstant(format)) throw unsupported('format_timespan() with a computed format', context.node);
  const pieces: ((n: string) => string)[] = [];
  for (const run of String(format.value).match(/d+|H+|h+|m+|s+|f+|F+|[^dHhmsfF]/g) ?? []) {
    const unit = TIMESPAN_UNITS[run.charAt(0)];
    if (unit !== undefined)
      pieces.push(
        (n) =>
          `lpad(CAST(${unit.replace('%n', n)} AS VARCHAR), greatest(${run.length}, length(CAST(${unit.replace('%n', n)} AS VARCHAR)))::INTEGER, '0')`,
      );
    else if (FRACTION.test(run))
      pieces.push((n) => `left(lpad(CAST(abs(${n}) % 10000000 AS VARCHAR), 7, '0'), ${run.length})`);
    else if (/^[ \-/:,._[\]]$/.test(run)) pieces.push(() => stringLiteral(run));
    else throw unsupported(`'${run}' in a format of format_timespan()`, context.node);
  }
  return call(
    'string',
    [convert(context.value(0), 'timespan')],
    (n) => `coalesce(concat(${pieces.map((piece) => `(${piece(n)})`).join(', ')}), '')`,
  );
};

const TIMESPAN_UNITS: Readonly<Record<string, string>> = {
  d: 'abs(%n) // 864000000000',
  H: 'abs(%n) // 36000000000 % 24',
  h: 'abs(%n) // 36000000000 % 24',
  m: 'abs(%n) // 600000000 % 60',
  s: 'abs(%n) // 10000000 % 60',
};

/** When the row arrived; a table's rows carry it until they are projected or aggregated. */
const ingestionTime: FunctionBuilder = (context) => {
  const arrived = context.row?.arrived;
  if (arrived === undefined)
    throw unsupported('ingestion_time() of rows that are no longer those of a table', context.node);
  return { kind: 'column', id: arrived, type: 'datetime' };
};

const starts = Object.fromEntries(
  (['day', 'week', 'month', 'year'] as const).flatMap((unit) => [
    [`startof${unit}`, startOf(unit, false)],
    [`endof${unit}`, startOf(unit, true)],
  ]),
);

export const DATETIME_FUNCTIONS: Readonly<Record<string, FunctionBuilder>> = {
  now,
  ago,
  ...starts,
  datetime_diff: datetimeDiff,
  datetime_add: datetimeAdd,
  datetime_part: datetimePart,
  datepart: datetimePart,
  format_datetime: formatDatetime,
  format_timespan: formatTimespan,
  ingestion_time: ingestionTime,
};
