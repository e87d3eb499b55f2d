/** SQL text for names and constants; the only place where foreign text becomes part of a statement. */
import type { Constant, SortKey } from '../plan/nodes';
import { duckDbType } from '../types';

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function stringLiteral(text: string): string {
  const parts = text.split('\0').map((part) => `'${part.replaceAll("'", "''")}'`);
  return parts.length === 1 ? (parts[0] ?? "''") : `(${parts.join(' || chr(0) || ')})`;
}

/** A constant with its type spelled out. */
export function constantSql({ type, value }: Constant): string {
  if (value === null) return `NULL::${duckDbType(type)}`;
  switch (type) {
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int':
    case 'long':
    case 'timespan':
      return integerSql(value as bigint, type === 'int' ? 'INTEGER' : 'BIGINT');
    case 'real':
      return realSql(Number(value));
    case 'datetime':
      return `make_timestamp(${integerSql(value as bigint, 'BIGINT')})`;
    case 'string':
      return stringLiteral(String(value));
    case 'decimal':
    case 'guid':
    case 'dynamic':
      return `${stringLiteral(String(value))}::${duckDbType(type)}`;
  }
}

function integerSql(value: bigint, type: string): string {
  return value < 0n ? `(${value})::${type}` : `${value}::${type}`;
}

function realSql(value: number): string {
  if (!Number.isFinite(value)) return `'${String(value)}'::DOUBLE`;
  return value < 0 ? `(${value})::DOUBLE` : `${value}::DOUBLE`;
}

export function orderSql(keys: readonly SortKey[]): string {
  return keys
    .map((key) => `${key.id} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`)
    .join(', ');
}
