/**
 * has, contains, startswith … and their kin. Terms of `has` are runs of letters and digits; a boundary is only needed where the
 * sought text itself begins or ends with one. A constant becomes a regular expression once, with a cheap search before it.
 */
import type { TextTest } from '../../../../shared/kql/language';
import type { SqlTemplate, Value } from '../plan/nodes';
import { call, constant, isConstant, logic, not } from '../plan/values';
import { stringLiteral } from '../sql/text';
import { convert } from './convert';

const BEFORE = '(?:^|[^\\p{L}\\p{N}])';
const AFTER = '(?:$|[^\\p{L}\\p{N}])';
const ALPHANUMERIC = /[\p{L}\p{N}]/u;

/** Texts that need no boundary before (after) them. */
const BOUNDARIES: Partial<Record<TextTest, { readonly before: boolean; readonly after: boolean }>> = {
  has: { before: true, after: true },
  hasprefix: { before: true, after: false },
  hassuffix: { before: false, after: true },
};

const PLAIN: Partial<Record<TextTest, string>> = {
  contains: 'contains',
  startswith: 'starts_with',
  endswith: 'ends_with',
};

const TERM_MACROS: Partial<Record<TextTest, string>> = {
  has: 'kql_has',
  hasprefix: 'kql_hasprefix',
  hassuffix: 'kql_hassuffix',
};

export function textTest(
  test: TextTest,
  caseSensitive: boolean,
  negated: boolean,
  leftValue: Value,
  rightValue: Value,
): Value {
  const left = convert(leftValue, 'string');
  const right = convert(rightValue, 'string');
  const positive = positiveTest(test, caseSensitive, left, right);
  return negated ? not(positive) : positive;
}

function positiveTest(test: TextTest, caseSensitive: boolean, left: Value, right: Value): Value {
  if (test === 'equals') return call('bool', [left, right], (a, b) => `(lower(${a}) = lower(${b}))`);
  if (test === 'regex') return call('bool', [left, right], (a, b) => `regexp_matches(${a}, ${b})`);
  const plain = PLAIN[test];
  if (plain !== undefined) {
    if (isConstant(right) && right.value === '') return constant('bool', true);
    const sql: SqlTemplate = caseSensitive
      ? (a, b) => `${plain}(${a}, ${b})`
      : (a, b) => `${plain}(lower(${a}), lower(${b}))`;
    return call('bool', [left, right], sql);
  }
  return isConstant(right)
    ? constantTerm(test, caseSensitive, left, String(right.value))
    : variableTerm(test, caseSensitive, left, right);
}

function constantTerm(test: TextTest, caseSensitive: boolean, left: Value, term: string): Value {
  if (term === '') return constant('bool', true);
  const boundaries = BOUNDARIES[test] ?? { before: false, after: false };
  const characters = [...term];
  const before = boundaries.before && ALPHANUMERIC.test(characters[0] ?? '');
  const after = boundaries.after && ALPHANUMERIC.test(characters.at(-1) ?? '');
  const search = caseSensitive
    ? (s: string) => `contains(${s}, ${stringLiteral(term)})`
    : (s: string) => `contains(lower(${s}), lower(${stringLiteral(term)}))`;
  if (!before && !after) return call('bool', [left], search);
  const pattern = `${caseSensitive ? '' : '(?i)'}${before ? BEFORE : ''}${escapeRegex(term)}${after ? AFTER : ''}`;
  return call('bool', [left], (s) => `(${search(s)} AND regexp_matches(${s}, ${stringLiteral(pattern)}))`);
}

/** Terms in one expression; each further one costs milliseconds before the first row is read. */
const TERMS_TOGETHER = 250;

/** Whether any of many constant terms is in the text. */
export function anyTerm(leftValue: Value, terms: readonly string[]): Value {
  if (terms.includes('')) return constant('bool', true);
  const left = convert(leftValue, 'string');
  const alike = new Map<string, string[]>();
  for (const term of new Set(terms)) {
    const characters = [...term];
    const before = ALPHANUMERIC.test(characters[0] ?? '') ? BEFORE : '';
    const after = ALPHANUMERIC.test(characters.at(-1) ?? '') ? AFTER : '';
    const form = `(?i)${before}(?:\n)${after}`;
    alike.set(form, [...(alike.get(form) ?? []), escapeRegex(term)]);
  }
  const tests = [...alike].flatMap(([form, texts]) =>
    Array.from({ length: Math.ceil(texts.length / TERMS_TOGETHER) }, (_, index) => {
      const together = texts.slice(index * TERMS_TOGETHER, (index + 1) * TERMS_TOGETHER);
      const pattern = stringLiteral(form.replace('\n', () => together.join('|')));
      return call('bool', [left], (text) => `regexp_matches(${text}, ${pattern})`);
    }),
  );
  return logic('or', tests);
}

function variableTerm(test: TextTest, caseSensitive: boolean, left: Value, right: Value): Value {
  const macro = TERM_MACROS[test] ?? 'kql_has';
  const term = call('bool', [left, right], (s, t) => `(${macro}(${s}, ${t}))`);
  if (!caseSensitive) return term;
  return logic('and', [term, call('bool', [left, right], (s, t) => `contains(${s}, ${t})`)]);
}

/** The text as a regular expression of RE2 that matches nothing else. */
export function escapeRegex(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N}\s]/gu, (character) =>
    character.length > 1 || character === '\0' ? character : `\\${character}`,
  );
}
