/** The parser's kinds of nodes that are one form of plain node each, as tables. */
import type { ArithmeticOperator, ComparisonOperator, NameMeaning, TextTest } from './syntax';

export const ARITHMETIC: Readonly<Record<string, ArithmeticOperator>> = {
  AddExpression: '+',
  SubtractExpression: '-',
  MultiplyExpression: '*',
  DivideExpression: '/',
  ModuloExpression: '%',
};

export const COMPARISONS: Readonly<Record<string, ComparisonOperator>> = {
  EqualExpression: '==',
  NotEqualExpression: '!=',
  LessThanExpression: '<',
  LessThanOrEqualExpression: '<=',
  GreaterThanExpression: '>',
  GreaterThanOrEqualExpression: '>=',
};

interface TextTestForm {
  readonly test: TextTest;
  readonly caseSensitive: boolean;
  readonly negated: boolean;
}

const TEXT_TEST_NAMES: Readonly<Record<string, TextTest>> = {
  Has: 'has',
  HasPrefix: 'hasprefix',
  HasSuffix: 'hassuffix',
  Contains: 'contains',
  StartsWith: 'startswith',
  EndsWith: 'endswith',
};

/** `NotHasPrefixCsExpression` and its like: every test has four kinds. */
export const TEXT_TESTS: ReadonlyMap<string, TextTestForm> = new Map([
  ['EqualTildeExpression', { test: 'equals', caseSensitive: false, negated: false }],
  ['BangTildeExpression', { test: 'equals', caseSensitive: false, negated: true }],
  ['MatchesRegexExpression', { test: 'regex', caseSensitive: true, negated: false }],
  ...Object.entries(TEXT_TEST_NAMES).flatMap(([name, test]) =>
    [false, true].flatMap((negated) =>
      [false, true].map((caseSensitive): [string, TextTestForm] => [
        `${negated ? 'Not' : ''}${name}${caseSensitive ? 'Cs' : ''}Expression`,
        { test, caseSensitive, negated },
      ]),
    ),
  ),
]);

/** The parser's "Cs" in the kinds of `in` means the opposite of what it says elsewhere: `in~`. */
export const LIST_TESTS: Readonly<
  Record<
    string,
    { readonly test: 'in' | 'has_any' | 'has_all'; readonly caseSensitive: boolean; readonly negated: boolean }
  >
> = {
  InExpression: { test: 'in', caseSensitive: true, negated: false },
  NotInExpression: { test: 'in', caseSensitive: true, negated: true },
  InCsExpression: { test: 'in', caseSensitive: false, negated: false },
  NotInCsExpression: { test: 'in', caseSensitive: false, negated: true },
  HasAnyExpression: { test: 'has_any', caseSensitive: false, negated: false },
  HasAllExpression: { test: 'has_all', caseSensitive: false, negated: false },
};

export const EXPRESSION_LISTS = {
  ExtendOperator: 'extend',
  ProjectOperator: 'project',
  ProjectAwayOperator: 'project-away',
  ProjectKeepOperator: 'project-keep',
  ProjectRenameOperator: 'project-rename',
  ProjectReorderOperator: 'project-reorder',
  ProjectByNamesOperator: 'project-by-names',
  DistinctOperator: 'distinct',
  SerializeOperator: 'serialize',
  PrintOperator: 'print',
  UnionOperator: 'union',
  SortOperator: 'sort',
} as const;

/** Numbers of the parser's SymbolKind. */
export const MEANINGS: Readonly<Record<number, NameMeaning>> = {
  2: 'variable',
  3: 'function',
  4: 'variable',
  9: 'column',
  10: 'table',
  15: 'group',
};
