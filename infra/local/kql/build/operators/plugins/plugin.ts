/** What plugins of evaluate share: how they are called, their arguments by name, constants among these. */
import type { CallNode, EvaluateOperator, Expression } from '../../../../../../shared/kql/language';
import type { PlanColumn, Relation, Value } from '../../../plan/nodes';
import { constantArray, isConstant } from '../../../plan/values';
import { type Builder, errorAt, findColumn, type Scope, unsupported } from '../../builder';

export interface PluginCall {
  readonly node: CallNode;
  readonly operator: EvaluateOperator;
  readonly input: Relation;
  readonly scope: Scope;
  readonly builder: Builder;
}

export type Plugin = (call: PluginCall) => Relation;

/** The arguments by parameter: the unnamed ones in order, the named ones by name (in any case). Further unnamed ones are `rest`. */
export function argumentsOf(
  { node }: PluginCall,
  names: readonly string[],
): { readonly given: ReadonlyMap<string, Expression>; readonly rest: readonly Expression[] } {
  const given = new Map<string, Expression>();
  const rest: Expression[] = [];
  let next = 0;
  for (const argument of node.arguments) {
    if (argument.kind === 'named' && !argument.compound) {
      const name = names.find((one) => one.toLowerCase() === (argument.names[0] ?? '').toLowerCase());
      if (name === undefined || given.has(name))
        throw errorAt('malformed', `${node.name}() has no such argument`, argument);
      given.set(name, argument.value);
    } else {
      const name = names[next];
      next += 1;
      if (name === undefined) rest.push(argument);
      else given.set(name, argument);
    }
  }
  return { given, rest };
}

/** The input's column that an argument names. */
export function columnArgument(
  expression: Expression | undefined,
  columns: readonly PlanColumn[],
  { node }: PluginCall,
): PlanColumn {
  const column = expression?.kind === 'name' ? findColumn(columns, expression.name) : undefined;
  if (column === undefined) throw unsupported(`${node.name}() of an expression`, expression ?? node);
  return column;
}

/** A constant argument; undefined when it is left out. @throws KqlError when it is computed. */
export function constantArgument(expression: Expression | undefined, call: PluginCall) {
  if (expression === undefined) return undefined;
  const value: Value = call.builder.scalar(expression, call.scope, undefined);
  if (!isConstant(value)) throw unsupported(`${call.node.name}() with a computed argument`, expression);
  return value;
}

export function textArgument(expression: Expression | undefined, call: PluginCall): string | undefined {
  const value = constantArgument(expression, call);
  return value === undefined ? undefined : String(value.value ?? '');
}

/** The texts of a constant array; none when it is left out. */
export function textsArgument(expression: Expression | undefined, call: PluginCall): readonly string[] {
  const value = constantArgument(expression, call);
  if (value === undefined || value.value === null) return [];
  const array = constantArray(value);
  if (array === undefined) throw unsupported(`${call.node.name}() with this argument`, expression ?? call.node);
  return array.map(String);
}
