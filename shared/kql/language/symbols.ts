/** Types and columns of the parser's symbols. */
import { kindName, kusto, type RawNode, type RawSymbol, toArray } from './bundle';
import type { ScalarType, TypedName } from './syntax';

/** Names that Kusto accepts for a type, beside its own. */
const TYPE_ALIASES: Readonly<Record<string, ScalarType>> = {
  bool: 'bool',
  boolean: 'bool',
  int: 'int',
  long: 'long',
  real: 'real',
  double: 'real',
  decimal: 'decimal',
  datetime: 'datetime',
  date: 'datetime',
  timespan: 'timespan',
  time: 'timespan',
  guid: 'guid',
  uuid: 'guid',
  uniqueid: 'guid',
  string: 'string',
  dynamic: 'dynamic',
};

/** The type's name as a scalar type; undefined for anything else. */
export function scalarType(symbol: RawSymbol | null | undefined): ScalarType | undefined {
  return symbol === null || symbol === undefined || !Object.hasOwn(TYPE_ALIASES, symbol.Name)
    ? undefined
    : TYPE_ALIASES[symbol.Name];
}

export function columnsOf(table: RawSymbol | null | undefined): readonly TypedName[] {
  return toArray(table?.Columns).map((column) => ({ name: column.Name, type: scalarType(column.Type) ?? 'dynamic' }));
}

/** A type by one of its names. */
export function typeNamed(name: string): ScalarType | undefined {
  return Object.hasOwn(TYPE_ALIASES, name) ? TYPE_ALIASES[name] : undefined;
}

export function typeOfTypeof(node: RawNode): ScalarType | undefined {
  const types = toArray(node.Types);
  return types.length === 1 ? typeNamed(types[0]?.toString().trim() ?? '') : undefined;
}

/** How a query's author calls the construct: its first word, else the parser's name for it. */
export function constructName(node: RawNode): string {
  const word = /^[a-z_][\w-]*/i.exec(node.toString().trim())?.[0];
  return kindName(node).endsWith('Operator') && word !== undefined ? word : kindName(node);
}

/** The parser's symbols of the scalar types. */
export function scalarTypeSymbols(): Readonly<Record<ScalarType, unknown>> {
  const { ScalarTypes } = kusto().Symbols;
  return {
    bool: ScalarTypes.Bool,
    int: ScalarTypes.Int,
    long: ScalarTypes.Long,
    real: ScalarTypes.Real,
    decimal: ScalarTypes.Decimal,
    datetime: ScalarTypes.DateTime,
    timespan: ScalarTypes.TimeSpan,
    guid: ScalarTypes.Guid,
    string: ScalarTypes.String,
    dynamic: ScalarTypes.Dynamic,
  };
}
