/** Calls of functions that are described by their parameters and one SQL expression. */
import type { CallNode } from '../../../../shared/kql/language';
import type { FunctionSpec, ParameterType } from '../functions/spec';
import type { Value } from '../plan/nodes';
import { call } from '../plan/values';
import { isNumeric, type KqlType } from '../types';
import { type Builder, type Row, type Scope, unsupported } from './builder';
import { convert } from './convert';

export function specCall(
  spec: FunctionSpec,
  node: CallNode,
  scope: Scope,
  row: Row | undefined,
  builder: Builder,
): Value {
  const least = spec.parameters.length - (spec.optional ?? 0);
  const most = spec.rest === undefined ? spec.parameters.length : Number.POSITIVE_INFINITY;
  if (node.arguments.length < least || node.arguments.length > most) {
    throw unsupported(`${node.name}() with ${node.arguments.length} arguments`, node);
  }
  const args = node.arguments.map((argument, index) =>
    toParameter(builder.scalar(argument, scope, row), spec.parameters[index] ?? spec.rest ?? 'any'),
  );
  return call(resultType(spec, args, node), args, spec.sql);
}

function toParameter(value: Value, type: ParameterType): Value {
  if (type === 'any') return value;
  if (type === 'number') return isNumeric(value.type) ? value : convert(value, 'real');
  return convert(value, type);
}

function resultType(spec: FunctionSpec, args: readonly Value[], node: CallNode): KqlType {
  if (spec.result === 'first') return args[0]?.type ?? 'dynamic';
  if (spec.result === 'parser') return node.type ?? 'dynamic';
  return spec.result;
}
