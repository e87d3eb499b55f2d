/**
 * ASIM's functions of every schema: `_Im_Dns(…)`, `_ASim_Dns()`, `imDns`, `ASimDns` and so on, over the schema's own table. Azure has
 * them built in; there they also unite the parsers of each product, here one's own parsers do (`--functions`).
 */
import type { StoredFunction } from '../../../../shared/kql/storedFunctions';
import { loadCatalogue } from '../catalogue';
import { type Filter, PROCESS, SCHEMAS, type Schema } from './asimSchemas';

/** ProcessEvent split by what happened; some queries use these names alone. */
const PROCESS_KINDS = [
  ['ProcessCreate', 'ProcessCreated'],
  ['ProcessTerminate', 'ProcessTerminated'],
] as const;

/** All functions, by their built-in names and those of a workspace's own copies. */
export function asimFunctions(): readonly StoredFunction[] {
  return [
    ...SCHEMAS.flatMap((schema) => schema.names.flatMap((name) => named(schema, name, body(schema)))),
    ...PROCESS_KINDS.flatMap(([name, type]) =>
      named(PROCESS, name, `${body(PROCESS)}\n| where EventType == '${type}'`),
    ),
    ...sessionNames(),
  ];
}

function named(schema: Schema, name: string, text: string): readonly StoredFunction[] {
  const filtering = parameters(schema);
  const description = `ASIM ${schema.schema}: the rows of ${schema.table}.`;
  const all = `_Im_${name}()`;
  return [
    ...[`_Im_${name}`, `im${name}`, `_Im_${name}_Native`, `vim${name}Native`].map((own) => ({
      name: own,
      parameters: filtering,
      description,
      body: text,
    })),
    ...[`_ASim_${name}`, `ASim${name}`, `_ASim_${name}_Native`, `ASim${name}Native`].map((own) => ({
      name: own,
      parameters: '(pack:bool=false)',
      description,
      body: schema.schema === 'Dns' ? `_Im_${name}(eventtype='*')` : all,
    })),
    ...empties(name),
  ];
}

function empties(name: string): readonly StoredFunction[] {
  return [`_Im_${name}_Empty`, `vim${name}Empty`].map((own) => ({
    name: own,
    parameters: '()',
    description: 'The columns of the schema, without rows.',
    body: `_Im_${name}() | where false`,
  }));
}

/** NetworkSession's two functions come from files; these are its further names. */
function sessionNames(): readonly StoredFunction[] {
  const lists = ['srcipaddr_has_any_prefix', 'dstipaddr_has_any_prefix', 'ipaddr_has_any_prefix'];
  const declared = [
    'starttime:datetime=datetime(null), endtime:datetime=datetime(null)',
    ...lists.map((name) => `${name}:dynamic=dynamic([])`),
    'dstportnumber:int=int(null), hostname_has_any:dynamic=dynamic([]), dvcaction:dynamic=dynamic([])',
    "eventresult:string='*', pack:bool=false",
  ].join(', ');
  const passed = [
    'starttime',
    'endtime',
    ...lists,
    'dstportnumber',
    'hostname_has_any',
    'dvcaction',
    'eventresult',
    'pack',
  ];
  const description = 'Network sessions in the ASIM NetworkSession schema.';
  return [
    ...['imNetworkSession', '_Im_NetworkSession_Native', 'vimNetworkSessionNative'].map((name) => ({
      name,
      parameters: `(${declared})`,
      description,
      body: `_Im_NetworkSession(${passed.join(', ')})`,
    })),
    ...['ASimNetworkSession', '_ASim_NetworkSession_Native', 'ASimNetworkSessionNative'].map((name) => ({
      name,
      parameters: '(pack:bool=false)',
      description,
      body: '_ASim_NetworkSession(pack)',
    })),
    ...empties('NetworkSession'),
  ];
}

function isList({ by }: Filter): boolean {
  return by === 'prefix' || by === 'hasAny' || by === 'hasAll' || by === 'in';
}

function parameters({ filters }: Schema): string {
  const own = Object.entries(filters).map(([name, filter]) =>
    isList(filter)
      ? `${name}:dynamic=dynamic([])`
      : `${name}:string='${filter.by === 'is' ? (filter.default ?? '*') : '*'}'`,
  );
  return `(${['starttime:datetime=datetime(null)', 'endtime:datetime=datetime(null)', ...own, 'pack:bool=false'].join(', ')})`;
}

function body({ schema, table, filters, aliases }: Schema): string {
  const columns = new Set((loadCatalogue().columns(table) ?? []).map(({ name }) => name));
  const lists = Object.entries(filters).filter(([, filter]) => isList(filter));
  const filled: Readonly<Record<string, readonly string[]>> = {
    Dvc: ['Dvc', 'DvcFQDN', 'DvcHostname', 'DvcIpAddr', 'DvcId'],
    ...aliases,
  };
  const extended = Object.entries(filled).flatMap(([alias, sources]) => {
    const known = [...new Set([alias, ...sources])].filter((name) => columns.has(name));
    if (known.length === 0) return [];
    return [`${alias} = ${known.length === 1 ? known[0] : `coalesce(${known.join(', ')})`}`];
  });
  return [
    // A single text is taken as a list of one.
    ...lists.map(([name]) => `let ${name}_list = iff(gettype(${name}) == 'array', ${name}, pack_array(${name}));`),
    table,
    '| where isnull(starttime) or TimeGenerated >= starttime',
    '| where isnull(endtime) or TimeGenerated <= endtime',
    ...Object.entries(filters).map(([name, filter]) => `| where ${condition(name, filter)}`),
    `| extend EventSchema = '${schema}', EventUid = ${columns.has('EventUid') ? 'coalesce(EventUid, _ItemId)' : '_ItemId'}`,
    '| extend EventStartTime = coalesce(EventStartTime, TimeGenerated), EventEndTime = coalesce(EventEndTime, TimeGenerated)',
    ...(extended.length === 0 ? [] : [`| extend ${extended.join(', ')}`]),
  ].join('\n');
}

function condition(name: string, filter: Filter): string {
  const list = `${name}_list`;
  const some = (test: (column: string) => string): string => filter.columns.map(test).join(' or ');
  switch (filter.by) {
    case 'prefix':
      return `array_length(${list}) == 0 or ${some((column) => `has_any_ipv4_prefix(${column}, ${list})`)}`;
    case 'hasAny':
      return `array_length(${list}) == 0 or ${some((column) => `${column} has_any (${list})`)}`;
    case 'hasAll':
      return `array_length(${list}) == 0 or ${some((column) => `${column} has_all (${list})`)}`;
    case 'in':
      return `array_length(${list}) == 0 or ${some((column) => `${column} in~ (${list})`)}`;
    case 'is':
      return `${name} == '*' or ${some((column) => `${column} =~ ${name}`)}`;
    case 'has':
      return `${name} == '*' or ${some((column) => `${column} has ${name}`)}`;
  }
}
