/**
 * The plugins whose columns depend on data, bag_unpack and pivot, as the parser sees them. Until their columns have been found its
 * result is open (any name is taken for a column); then it has exactly these.
 */
import { type Bundle, kusto, type RawGlobals, type RawNode, type RawSignature, toArray } from './bundle';
import { scalarTypeSymbols } from './symbols';
import type { TypedName } from './syntax';

export interface FoundColumns {
  /** Columns that data add, by the site (`siteOf`) of the plugin's call; those of the same name do not stay where they were. */
  readonly sites: ReadonlyMap<string, readonly TypedName[]>;
  /** Whether other names are columns, too. */
  readonly open: boolean;
}

export const NOTHING_FOUND: FoundColumns = { sites: new Map(), open: true };

/** Where a call stands: the text that was parsed (the query, or the body of a function), and the offset in it. */
export function siteOf(call: RawNode): string {
  return `${call.TextStart}:${call.Root.toString()}`;
}

/** Whether the site is in the query's own text, and not in a stored function. */
export function isSiteOf(kql: string, site: string): boolean {
  return kql.includes(site.slice(site.indexOf(':') + 1));
}

/** Of the analysis at work: it is synchronous, and looks into the bodies of functions only when asked. */
let found = NOTHING_FOUND;

export function useFoundColumns(columns: FoundColumns): void {
  found = columns;
}

/** The parser's state with those plugins; bag_unpack also with the parameters that the bundle does not know. */
export function withOpenPlugins(globals: RawGlobals): RawGlobals {
  const { Symbols, PlugIns } = kusto();
  const { Parameter, ParameterTypeKind, ScalarTypes } = Symbols;
  const optional = (name: string, type: unknown) =>
    new Parameter.$ctor3(name, type, 0, undefined, undefined, false, undefined, 0, 1, undefined, undefined);
  const bag = signatureOf(PlugIns.BagUnpack);
  const [bagColumn] = toArray(bag.Parameters);
  const replaced = new Map<string, unknown>([
    [
      'bag_unpack',
      plugin('bag_unpack', bag, [
        bagColumn,
        optional('OutputColumnPrefix', ScalarTypes.String),
        optional('columnsConflict', ScalarTypes.String),
        new Parameter.ctor(
          'ignoredProperties',
          ParameterTypeKind.DynamicArray,
          0,
          undefined,
          undefined,
          false,
          undefined,
          0,
          1,
          undefined,
          undefined,
        ),
      ]),
    ],
    ['pivot', plugin('pivot', signatureOf(PlugIns.Pivot), toArray(signatureOf(PlugIns.Pivot).Parameters))],
  ]);
  return globals.WithPlugIns(toArray(globals.PlugIns).map((symbol) => replaced.get(symbol.Name) ?? symbol));
}

function signatureOf(symbol: Bundle['PlugIns']['Pivot']): RawSignature {
  const [signature] = toArray(symbol.Signatures);
  if (signature === undefined) throw new Error('The parser has no such plugin.');
  return signature;
}

function plugin(name: string, signature: RawSignature, parameters: readonly unknown[]): unknown {
  const { FunctionSymbol, TableSymbol, ColumnSymbol, Tabularity } = kusto().Symbols;
  return new FunctionSymbol.ctor(
    name,
    (context) => {
      const open = signature.CustomReturnType(context);
      const columns = context.Location === null ? undefined : found.sites.get(siteOf(context.Location));
      if (columns === undefined) return open;
      const types = scalarTypeSymbols();
      const names = new Set(columns.map(({ name }) => name));
      return new TableSymbol.$ctor3([
        ...toArray(open.Columns).filter(({ Name }) => !names.has(Name)),
        ...columns.map((column) => new ColumnSymbol(column.name, types[column.type], null, null, null, null)),
      ]).WithIsOpen(found.open);
    },
    Tabularity.Tabular,
    parameters,
  );
}
