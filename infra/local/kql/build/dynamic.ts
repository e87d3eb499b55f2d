/** Members and items of dynamics: `d.a.b[0]`, `d["key"]`. A whole constant path becomes one extraction, three times faster than a chain. */
import type { ElementNode, Expression, PathNode } from '../../../../shared/kql/language';
import type { Value } from '../plan/nodes';
import { call, constantJson, constantOfJson, isConstant } from '../plan/values';
import { stringLiteral } from '../sql/text';
import { isNumeric } from '../types';
import { type Builder, errorAt, type Row, type Scope } from './builder';
import { convert } from './convert';
import { tupleMembers } from './tuples';

type Step =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: bigint }
  | { readonly kind: 'computed'; readonly value: Value };

export function dynamicAccess(
  node: PathNode | ElementNode,
  builder: Builder,
  scope: Scope,
  row: Row | undefined,
): Value {
  const steps: Step[] = [];
  let base: Expression = node;
  while (base.kind === 'path' || base.kind === 'element') {
    steps.unshift(base.kind === 'path' ? { kind: 'key', key: base.member } : stepOf(base, builder, scope, row));
    base = base.base;
  }
  const value = pickedFromTuple(base, steps, scope, row, builder) ?? builder.scalar(base, scope, row);
  if (value.type !== 'dynamic' && value.type !== 'string') {
    throw errorAt('malformed', `A ${value.type} has no members`, node);
  }
  return access(convertToDynamic(value), steps);
}

/** The first index of a call with several results chooses one of them. */
function pickedFromTuple(
  base: Expression,
  steps: Step[],
  scope: Scope,
  row: Row | undefined,
  builder: Builder,
): Value | undefined {
  const [first] = steps;
  const members = first?.kind === 'index' ? tupleMembers(base, scope, row, builder) : undefined;
  if (first?.kind !== 'index' || members === undefined || members.length < 2) return undefined;
  steps.shift();
  return members.at(Number(first.index))?.value;
}

function convertToDynamic(value: Value): Value {
  return value.type === 'dynamic' ? value : convert(value, 'dynamic');
}

function stepOf(node: ElementNode, builder: Builder, scope: Scope, row: Row | undefined): Step {
  const index = builder.scalar(node.index, scope, row);
  if (isConstant(index) && index.type === 'string') return { kind: 'key', key: String(index.value) };
  if (isConstant(index) && typeof index.value === 'bigint') return { kind: 'index', index: index.value };
  return { kind: 'computed', value: index };
}

function access(base: Value, steps: readonly Step[]): Value {
  let value = base;
  let open: (Step & { kind: 'key' | 'index' })[] = [];
  const close = () => {
    if (open.length > 0) value = constantPath(value, open);
    open = [];
  };
  for (const step of steps) {
    if (step.kind === 'computed') {
      close();
      const macro = step.value.type === 'string' ? 'kql_member' : isNumeric(step.value.type) ? 'kql_item' : undefined;
      const index = macro === undefined ? convert(step.value, 'string') : step.value;
      value = call('dynamic', [value, index], (j, i) => `${macro ?? 'kql_member'}(${j}, ${i})`);
    } else {
      open.push(step);
    }
  }
  close();
  return value;
}

function constantPath(value: Value, steps: readonly (Step & { kind: 'key' | 'index' })[]): Value {
  // Parsed, a whole real would be a long.
  const known = isConstant(value) && /\d\.0(?!\d)/.test(String(value.value)) ? undefined : constantJson(value);
  if (known !== undefined) {
    const found = steps.reduce<unknown>(memberOf, known);
    return found === undefined || found === null ? constantDynamic(null) : constantDynamic(found);
  }
  // Keys go by JSON pointer, which takes any text literally; negative indexes only exist in the other notation.
  const parts: string[] = [];
  let pointer = '';
  for (const step of steps) {
    if (step.kind === 'key') {
      pointer += `/${step.key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    } else {
      if (pointer !== '') parts.push(pointer);
      pointer = '';
      parts.push(step.index < 0n ? `$[#${step.index}]` : `$[${step.index}]`);
    }
  }
  if (pointer !== '') parts.push(pointer);
  return call(
    'dynamic',
    [value],
    (j) => `kql_nullify(${parts.reduce((inner, part) => `json_extract(${inner}, ${stringLiteral(part)})`, j)})`,
  );
}

function memberOf(json: unknown, step: Step & { kind: 'key' | 'index' }): unknown {
  if (step.kind === 'index') return Array.isArray(json) ? json.at(Number(step.index)) : undefined;
  const isBag = typeof json === 'object' && json !== null && !Array.isArray(json);
  return isBag && Object.hasOwn(json, step.key) ? (json as Readonly<Record<string, unknown>>)[step.key] : undefined;
}

function constantDynamic(json: unknown): Value {
  return convertToDynamic(constantOfJson(json));
}
