/** How a function is described: its parameters, its result, and its SQL; the caller converts the arguments. */
import type { CallNode, Expression } from '../../../../shared/kql/language';
import type { Builder, Row, Scope } from '../build/builder';
import type { SqlTemplate, Value } from '../plan/nodes';
import type { KqlType } from '../types';

/** `any`: as it comes. `number`: int, long, real and decimal as they are, anything else as real. */
export type ParameterType = KqlType | 'any' | 'number';

export interface FunctionSpec {
  readonly parameters: readonly ParameterType[];
  /** How many of the parameters may be left out at the end. */
  readonly optional?: number;
  /** Any number of further arguments of this type. */
  readonly rest?: ParameterType;
  /** `first`: the type of the first argument. `parser`: what Microsoft's parser says. */
  readonly result: KqlType | 'first' | 'parser';
  readonly sql: SqlTemplate;
}

/** One result of a function that has several. */
export interface TupleColumn {
  readonly name: string;
  readonly type: 'dynamic' | 'real' | 'long';
}

/** A function with several results; its SQL gives them as a JSON array. */
export interface TupleSpec extends FunctionSpec {
  readonly result: 'dynamic';
  /** @param names of the arguments that are plain names, '' for others; without flags. */
  columns(names: readonly string[]): readonly TupleColumn[];
}

/** A call whose SQL depends on more than its arguments' SQL: their types, constants, the row's order. */
export interface CallContext {
  readonly builder: Builder;
  readonly node: CallNode;
  readonly arguments: readonly Expression[];
  readonly scope: Scope;
  readonly row: Row | undefined;
  /** The value of an argument. */
  value(index: number): Value;
  /** All arguments' values. */
  values(): readonly Value[];
}

export type FunctionBuilder = (call: CallContext) => Value;
