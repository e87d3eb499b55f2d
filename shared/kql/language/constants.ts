/** Literals of the parser's tree, those inside dynamic(…) included. */
import { kindName, kusto, type RawNode, toArray } from './bundle';
import { datetimeText, parseLiteral, timespanText } from './literals';
import { scalarType } from './symbols';
import type { LiteralValue, ScalarType } from './syntax';

export function literalValue(
  node: RawNode,
  kind: string,
): { readonly type: ScalarType; readonly value: LiteralValue } | undefined {
  if (kind === 'StringLiteralExpression' || kind === 'CompoundStringLiteralExpression') {
    return typeof node.LiteralValue === 'string' ? { type: 'string', value: node.LiteralValue } : undefined;
  }
  const type =
    scalarType(node.ResultType) ?? scalarType({ Kind: 0, Name: kind.replace('LiteralExpression', '').toLowerCase() });
  if (!kind.endsWith('LiteralExpression') || type === undefined) return undefined;
  const value = parseLiteral(node.toString(), type);
  return value === undefined ? undefined : { type, value };
}

/** The JSON text of what stands in `dynamic(…)`; text undefined inside means a null. */
export function jsonText(node: RawNode): { readonly text: string | null } | undefined {
  const text = json(node);
  if (text === undefined) return undefined;
  return { text: text === 'null' ? null : text };
}

function json(node: RawNode): string | undefined {
  const kind = kindName(node);
  switch (kind) {
    case 'JsonArrayExpression': {
      const items = toArray(node.Values).map(json);
      return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
    }
    case 'JsonObjectExpression': {
      const pairs = toArray(node.Pairs).map((pair) => {
        const value = json(pair.Value);
        return value === undefined ? undefined : `${JSON.stringify(stringOfToken(pair.Name))}:${value}`;
      });
      return pairs.includes(undefined) ? undefined : `{${pairs.join(',')}}`;
    }
    case 'NullLiteralExpression':
      return 'null';
    case 'DynamicExpression':
      return node.Expression === undefined ? undefined : json(node.Expression);
    case 'UnaryMinusExpression':
    case 'UnaryPlusExpression': {
      const inner = node.Expression === undefined ? undefined : json(node.Expression);
      if (inner === undefined || kind === 'UnaryPlusExpression') return inner;
      return inner.startsWith('-') ? inner.slice(1) : `-${inner}`;
    }
    default: {
      const literal = literalValue(node, kind);
      return literal === undefined ? undefined : jsonOfLiteral(literal.value, literal.type);
    }
  }
}

/** A literal as JSON; datetimes and timespans become their texts, as in Kusto's dynamic. */
export function jsonOfLiteral(value: LiteralValue, type: ScalarType): string {
  if (value === null) return 'null';
  if (type === 'datetime') return JSON.stringify(datetimeText(value as bigint));
  if (type === 'timespan') return JSON.stringify(timespanText(value as bigint));
  if (type === 'dynamic' || type === 'decimal') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return JSON.stringify(String(value));
  // A whole real keeps a fraction: inside a dynamic nothing else tells it from a long.
  if (typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e21) return `${value}.0`;
  return typeof value === 'bigint' ? value.toString() : JSON.stringify(value);
}

function stringOfToken(token: RawNode): string {
  return kusto().KustoFacts.GetStringLiteralValue(token.Text ?? token.toString().trim());
}
