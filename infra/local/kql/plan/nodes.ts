/**
 * The plan: what a query computes, typed, independent of KQL's syntax and of SQL's text. Relations flow through plan nodes; values
 * are scalar expressions over their columns. Plain readonly objects; the printer visits every kind.
 */
import type { LiteralValue } from '../../../../shared/kql/language';
import type { KqlType } from '../types';

/** A column as a query sees it. `id` is its SQL name, unique in the statement, so renaming needs no SQL. */
export interface PlanColumn {
  readonly id: string;
  readonly name: string;
  readonly type: KqlType;
}

export interface SortKey {
  readonly id: string;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/**
 * A table on its way through the pipe: the plan that makes the rows, the columns that can be seen (the plan may carry more), and
 * the order of the rows, empty when it is not defined.
 */
export interface Relation {
  readonly plan: Plan;
  readonly columns: readonly PlanColumn[];
  readonly order: readonly SortKey[];
  /** Id of the rows' arrival time, while they still come from one table. */
  readonly arrived?: string;
  /** Inside mv-apply and partition: the columns whose values make one group; every operator works on each group alone. */
  readonly group?: readonly PlanColumn[];
}

/** A value and the SQL name it gets. */
export interface Computed {
  readonly id: string;
  readonly value: Value;
}

export type JoinKind =
  | 'inner'
  | 'innerunique'
  | 'leftouter'
  | 'rightouter'
  | 'fullouter'
  | 'leftsemi'
  | 'rightsemi'
  | 'leftanti'
  | 'rightanti';

export type Plan =
  /** A physical table; `columns` name its columns, `arrived` the id under which its arrival time is carried. */
  | {
      readonly kind: 'scan';
      readonly table: string;
      readonly columns: readonly PlanColumn[];
      readonly arrived: string;
      readonly from: bigint | undefined;
      readonly to: bigint | undefined;
    }
  /** One row without columns. */
  | { readonly kind: 'single' }
  | { readonly kind: 'values'; readonly columns: readonly PlanColumn[]; readonly rows: readonly (readonly Value[])[] }
  /** `count` rows numbered from 0 in column `id`. */
  | { readonly kind: 'sequence'; readonly id: string; readonly count: Value }
  | { readonly kind: 'filter'; readonly input: Plan; readonly predicate: Value }
  /** The input's columns and more. */
  | { readonly kind: 'compute'; readonly input: Plan; readonly computed: readonly Computed[] }
  /** One row per distinct keys; without keys one row in all (`always`) or the distinct nothing. */
  | {
      readonly kind: 'aggregate';
      readonly input: Plan;
      readonly keys: readonly Computed[];
      readonly aggregates: readonly Computed[];
    }
  /** The first row of each group of `keys`, by `order`; or the first `count`. */
  | {
      readonly kind: 'firstOf';
      readonly input: Plan;
      readonly keys: readonly string[];
      readonly order: readonly SortKey[];
      readonly count?: Value;
    }
  | {
      readonly kind: 'join';
      readonly joinKind: JoinKind;
      readonly left: Plan;
      readonly right: Plan;
      /** Equal pairs; none for a pure predicate. */
      readonly keys: readonly { readonly left: Value; readonly right: Value }[];
      readonly predicate: Value | undefined;
      /** Left ids of the keys, for innerunique. */
      readonly output: readonly {
        readonly id: string;
        readonly from: PlanColumn;
        readonly nullable: boolean;
      }[];
    }
  | {
      readonly kind: 'union';
      readonly ids: readonly string[];
      readonly arms: readonly { readonly plan: Plan; readonly values: readonly Value[] }[];
    }
  | { readonly kind: 'limit'; readonly input: Plan; readonly count: Value; readonly order: readonly SortKey[] }
  /** Each input row once for each number from 0 below the value of column `count`. */
  | { readonly kind: 'repeat'; readonly input: Plan; readonly count: string; readonly index: string }
  /**
   * The input's rows met one after the other, numbered from 1 in column `position`. The state, in columns beside those of a row, is
   * what the row made of the one before it: the layers are computed on top of both, each of those before it, then the state anew.
   */
  | {
      readonly kind: 'walk';
      readonly input: Plan;
      readonly position: string;
      readonly layers: readonly (readonly Computed[])[];
      readonly state: readonly { readonly id: string; readonly initial: Value; readonly next: Value }[];
    }
  /** The rows of a shared plan under new ids, so that it can be joined with itself. */
  | {
      readonly kind: 'reference';
      readonly input: Plan;
      readonly materialized: boolean;
      readonly columns: readonly { readonly id: string; readonly from: string }[];
    };

/** How a value's SQL is made of its arguments' SQL; the result must be delimited: a call, a cast, or in parentheses. */
export type SqlTemplate = (...args: string[]) => string;

export type Value =
  | { readonly kind: 'column'; readonly id: string; readonly type: KqlType }
  | { readonly kind: 'constant'; readonly type: KqlType; readonly value: LiteralValue }
  | {
      readonly kind: 'call';
      readonly type: KqlType;
      readonly arguments: readonly Value[];
      readonly sql: SqlTemplate;
    }
  /** Kusto's == and != : with one null false (true), with two nulls null. */
  | {
      readonly kind: 'equality';
      readonly type: 'bool';
      readonly negated: boolean;
      readonly left: Value;
      readonly right: Value;
    }
  | {
      readonly kind: 'logic';
      readonly type: 'bool';
      readonly operator: 'and' | 'or';
      readonly operands: readonly Value[];
    }
  | { readonly kind: 'not'; readonly type: 'bool'; readonly operand: Value }
  /** Is the value among the options? Null is not. */
  | { readonly kind: 'oneOf'; readonly type: 'bool'; readonly value: Value; readonly options: readonly Value[] }
  /** Is the value among a relation's column? */
  | {
      readonly kind: 'member';
      readonly type: 'bool';
      readonly value: Value;
      readonly plan: Plan;
      readonly option: Value;
    }
  /** The first row's value of a relation. */
  | { readonly kind: 'subquery'; readonly type: KqlType; readonly plan: Plan; readonly value: Value }
  | {
      readonly kind: 'aggregate';
      readonly type: KqlType;
      readonly arguments: readonly Value[];
      /** Gets the arguments; the clauses FILTER and ORDER BY are put in by the printer. */
      readonly sql: (args: readonly string[], clauses: { readonly filter: string; readonly order: string }) => string;
      readonly filter: Value | undefined;
      readonly order: readonly SortKey[];
    }
  | {
      readonly kind: 'window';
      readonly type: KqlType;
      readonly arguments: readonly Value[];
      readonly sql: (args: readonly string[], over: string) => string;
      /** Ids of the columns whose values separate the windows. */
      readonly partition?: readonly string[];
      readonly order: readonly SortKey[];
    };

export type Constant = Extract<Value, { kind: 'constant' }>;
