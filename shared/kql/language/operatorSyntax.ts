/** Query operators as plain readonly objects, discriminated by `kind`. */
import type { Expression, Place, ScalarType, TypedName } from './syntax';

interface OperatorBase extends Place {
  /** `kind=…`, `isfuzzy=…`, `withsource=…` by lower-case name; hints are left out. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The columns that the parser gives the operator's result. */
  columns(): readonly TypedName[];
}

export type ExpressionListOperator =
  | 'extend'
  | 'project'
  | 'project-away'
  | 'project-keep'
  | 'project-rename'
  | 'project-reorder'
  | 'project-by-names'
  | 'distinct'
  | 'serialize'
  | 'print'
  | 'union'
  | 'sort';

export interface ExpressionsOperator extends OperatorBase {
  readonly kind: ExpressionListOperator;
  readonly expressions: readonly Expression[];
}

export interface WhereOperator extends OperatorBase {
  readonly kind: 'where';
  readonly condition: Expression;
}

export interface SummarizeOperator extends OperatorBase {
  readonly kind: 'summarize';
  readonly aggregates: readonly Expression[];
  /** Undefined without `by`. */
  readonly by: readonly Expression[] | undefined;
}

export interface CountOperator extends OperatorBase {
  readonly kind: 'count';
}

export interface TakeOperator extends OperatorBase {
  readonly kind: 'take';
  readonly count: Expression;
}

export interface TopOperator extends OperatorBase {
  readonly kind: 'top';
  readonly count: Expression;
  readonly by: Expression;
}

export interface JoinOperator extends OperatorBase {
  readonly kind: 'join' | 'lookup';
  readonly right: Expression;
  readonly on: readonly Expression[];
  /** `join R where predicate`. */
  readonly where: Expression | undefined;
}

export interface MvExpandOperator extends OperatorBase {
  readonly kind: 'mv-expand';
  readonly items: readonly { readonly value: Expression; readonly to: ScalarType | undefined }[];
  readonly limit: Expression | undefined;
}

export type ParsePattern =
  | { readonly kind: 'star' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'column'; readonly name: string; readonly type: ScalarType };

export interface ParseOperator extends OperatorBase {
  readonly kind: 'parse' | 'parse-where';
  readonly value: Expression;
  readonly patterns: readonly ParsePattern[];
}

export interface InvokeOperator extends OperatorBase {
  readonly kind: 'invoke';
  readonly call: Expression;
}

export interface RenderOperator extends OperatorBase {
  readonly kind: 'render';
  readonly chart: string;
}

export interface AsOperator extends OperatorBase {
  readonly kind: 'as';
  readonly name: string;
}

export interface PlainOperator extends OperatorBase {
  readonly kind: 'getschema' | 'consume';
}

export interface TopNestedOperator extends OperatorBase {
  readonly kind: 'top-nested';
  readonly levels: readonly {
    /** Undefined: every value. */
    readonly count: Expression | undefined;
    readonly of: Expression;
    /** Value of the row that stands for the others. */
    readonly others: Expression | undefined;
    /** An `ordered` one where a direction is said. */
    readonly by: Expression;
  }[];
}

export interface TopHittersOperator extends OperatorBase {
  readonly kind: 'top-hitters';
  readonly count: Expression;
  readonly of: Expression;
  readonly by: Expression | undefined;
}

export interface FindOperator extends OperatorBase {
  readonly kind: 'find';
  /** Undefined: every table. */
  readonly tables: readonly Expression[] | undefined;
  readonly condition: Expression;
  /** The columns after `project`, with the types said there; undefined for project-smart. */
  readonly project: readonly { readonly name: string; readonly type: ScalarType | undefined }[] | undefined;
}

export interface ScanStep {
  readonly name: string;
  readonly output: string;
  readonly condition: Expression;
  readonly assignments: readonly { readonly name: string; readonly value: Expression }[];
}

export interface ScanOperator extends OperatorBase {
  readonly kind: 'scan';
  /** Columns that the steps assign. */
  readonly declared: readonly (TypedName & { readonly initial: Expression | undefined })[];
  readonly steps: readonly ScanStep[];
}

export interface AssertSchemaOperator extends OperatorBase {
  readonly kind: 'assert-schema';
  readonly expected: readonly TypedName[];
}

export interface MvApplyOperator extends OperatorBase {
  readonly kind: 'mv-apply';
  readonly items: MvExpandOperator['items'];
  readonly limit: Expression | undefined;
  readonly subquery: readonly Operator[];
}

export interface PartitionOperator extends OperatorBase {
  readonly kind: 'partition';
  readonly by: Expression;
  readonly subquery: readonly Operator[];
}

export interface MakeSeriesOperator extends OperatorBase {
  readonly kind: 'make-series';
  readonly series: readonly { readonly value: Expression; readonly fallback: Expression | undefined }[];
  readonly axis: Expression;
  readonly from: Expression | undefined;
  readonly to: Expression | undefined;
  readonly step: Expression;
  /** Whether `to` belongs to the series: in the form `in range(from, to, step)`. */
  readonly inclusive: boolean;
  readonly by: readonly Expression[];
}

export interface ParseKvOperator extends OperatorBase {
  readonly kind: 'parse-kv';
  readonly value: Expression;
  readonly keys: readonly TypedName[];
  /** In order; some may be repeated. */
  readonly options: readonly { readonly name: string; readonly value: Expression }[];
}

export interface SampleDistinctOperator extends OperatorBase {
  readonly kind: 'sample-distinct';
  readonly count: Expression;
  readonly of: Expression;
}

export interface SearchOperator extends OperatorBase {
  readonly kind: 'search';
  /** Undefined: what stands before the operator, else every table. */
  readonly tables: readonly Expression[] | undefined;
  readonly condition: Expression;
}

export interface EvaluateOperator extends OperatorBase {
  readonly kind: 'evaluate';
  readonly call: Expression;
  /** Key of the call in the columns that were found (`analyze`). */
  readonly site: string;
  /** `: (*, name:type)`; undefined when nothing is declared. */
  readonly schema: { readonly star: boolean; readonly columns: readonly TypedName[] } | undefined;
}

export interface UnsupportedOperator extends OperatorBase {
  readonly kind: 'unsupported';
  readonly construct: string;
}

export type Operator =
  | ExpressionsOperator
  | WhereOperator
  | SummarizeOperator
  | CountOperator
  | TakeOperator
  | TopOperator
  | JoinOperator
  | MvExpandOperator
  | ParseOperator
  | InvokeOperator
  | RenderOperator
  | AsOperator
  | PlainOperator
  | MvApplyOperator
  | PartitionOperator
  | MakeSeriesOperator
  | ParseKvOperator
  | SampleDistinctOperator
  | SearchOperator
  | EvaluateOperator
  | TopNestedOperator
  | TopHittersOperator
  | FindOperator
  | AssertSchemaOperator
  | ScanOperator
  | UnsupportedOperator;
