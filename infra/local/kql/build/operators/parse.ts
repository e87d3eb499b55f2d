/** parse and parse-where: the pattern becomes one regular expression from the beginning of the text, evaluated once a row. */
import type { ParseOperator, ParsePattern } from '../../../../../shared/kql/language';
import type { Computed, PlanColumn, Relation, Value } from '../../plan/nodes';
import { call, logic } from '../../plan/values';
import { stringLiteral } from '../../sql/text';
import type { KqlType } from '../../types';
import { type Builder, type Scope, unsupported } from '../builder';
import { convert } from '../convert';
import { openRow, withComputed } from '../rows';
import { escapeRegex } from '../textTests';

/** What a typed column matches; blanks around numbers are skipped, as Kusto does. */
const TYPE_PATTERNS: Partial<Record<KqlType, string>> = {
  int: '\\s*-?\\d+',
  long: '\\s*-?\\d+',
  real: '\\s*[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?',
  decimal: '\\s*[-+]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][-+]?\\d+)?',
};

/** Flags of kind=regex that mean the same in RE2. */
const FLAGS = /^[Uims]+$/;

export function parse(operator: ParseOperator, input: Relation, scope: Scope, builder: Builder): Relation {
  const kind = operator.parameters.get('kind') ?? 'simple';
  if (!['simple', 'relaxed', 'regex'].includes(kind)) throw unsupported(`parse kind=${kind}`, operator);
  const open = openRow(input, builder);
  const text = convert(builder.scalar(operator.value, scope, open.row), 'string');
  const pattern = regexOf(operator, kind);
  const columns = operator.patterns.filter((part) => part.kind === 'column');
  const source = { id: builder.fresh('text'), value: text };
  const captured = { id: builder.fresh('parsed'), value: captures(source.id, pattern, columns.length) };
  const matched = {
    id: builder.fresh('matched'),
    value: call('bool', [], () => `regexp_matches(${source.id}, ${stringLiteral(pattern)})`),
  };
  const staged = withComputed(withComputed(open.input(), [source]), [captured, matched]);
  const values = columns.map((column, index) => capturedValue(column.type, captured.id, index));
  // Strict: one column that does not convert spoils the whole row.
  const complete =
    kind === 'relaxed'
      ? isMatched(matched.id)
      : logic('and', [isMatched(matched.id), ...values.filter((value) => value.type !== 'string').map(isPresent)]);
  const completed = { id: builder.fresh('complete'), value: complete };
  const flagged = withComputed(staged, [completed]);
  const computed: Computed[] = [];
  const shown: PlanColumn[] = [...input.columns];
  for (const [index, column] of columns.entries()) {
    const value = values[index];
    if (value === undefined) continue;
    const id = builder.fresh(column.name);
    const otherwise = value.type === 'string' ? "''" : 'NULL';
    computed.push({
      id,
      value: call(value.type, [value], (v) => `CASE WHEN ${completed.id} THEN ${v} ELSE ${otherwise} END`),
    });
    const made: PlanColumn = { id, name: column.name, type: value.type };
    const at = shown.findIndex((existing) => existing.name === column.name);
    if (at < 0) shown.push(made);
    else shown[at] = made;
  }
  const parsed = { ...withComputed(flagged, computed), columns: shown };
  if (operator.kind === 'parse') return parsed;
  return { ...parsed, plan: { kind: 'filter', input: parsed.plan, predicate: isMatched(completed.id) } };
}

function isMatched(id: string): Value {
  return { kind: 'column', id, type: 'bool' };
}

function isPresent(value: Value): Value {
  return call('bool', [value], (v) => `(${v} IS NOT NULL)`);
}

function captures(source: string, pattern: string, count: number): Value {
  if (count === 0) return call('dynamic', [], () => 'NULL');
  const names = Array.from({ length: count }, (_, index) => `'c${index}'`).join(', ');
  return call('dynamic', [], () => `regexp_extract(${source}, ${stringLiteral(pattern)}, [${names}])`);
}

function capturedValue(type: KqlType, struct: string, index: number): Value {
  return convert(
    call('string', [], () => `coalesce(${struct}.c${index}, '')`),
    type,
  );
}

function regexOf(operator: ParseOperator, kind: string): string {
  const flags = operator.parameters.get('flags');
  if (flags !== undefined && !FLAGS.test(flags)) throw unsupported(`parse flags=${flags}`, operator);
  const greedy = kind === 'regex' && flags?.includes('U') !== true;
  const parts = operator.patterns.map((part, index) =>
    patternOf(part, index === operator.patterns.length - 1, kind, greedy),
  );
  // A pattern of regular expressions may end before the text does; one of texts says so with an asterisk.
  const anchored = `^${parts.join('')}${kind === 'regex' ? '' : '$'}`;
  const inline = [...new Set(`s${flags?.replaceAll('U', '') ?? ''}`)].join('');
  return `(?${inline})${anchored}`;
}

function patternOf(part: ParsePattern, last: boolean, kind: string, greedy: boolean): string {
  switch (part.kind) {
    case 'text':
      return kind === 'regex' ? `(?:${withoutCaptures(part.text)})` : escapeRegex(part.text);
    case 'star':
      return last || greedy ? '.*' : '.*?';
    case 'column':
      return `(${TYPE_PATTERNS[part.type] ?? (last || greedy ? '.*' : '.*?')})`;
  }
}

/** The regular expression with groups that capture nothing: the captured ones are the columns. */
function withoutCaptures(regex: string): string {
  let result = '';
  let inClass = false;
  for (let at = 0; at < regex.length; at += 1) {
    const character = regex[at] ?? '';
    result += character;
    if (character === '\\') {
      at += 1;
      result += regex[at] ?? '';
    } else if (character === '[' && !inClass) {
      inClass = true;
      // A bracket that comes first is a member of the class.
      if (regex.startsWith('^', at + 1)) result += regex[++at];
      if (regex.startsWith(']', at + 1)) result += regex[++at];
    } else if (character === ']') {
      inClass = false;
    } else if (character === '(' && !inClass) {
      const name = /^\?P?<[A-Za-z_]\w*>/.exec(regex.slice(at + 1, at + 80))?.[0];
      if (name !== undefined) at += name.length;
      if (name !== undefined || !regex.startsWith('?', at + 1)) result += '?:';
    }
  }
  return result;
}
