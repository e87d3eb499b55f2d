/** The rules of the house about who may import whom, as a table. */

export interface Edge {
  /** The importing file, relative to the repository, with slashes. */
  readonly from: string;
  /** The imported file without its ending (`shared/errors`), or the package (`@azure/identity`, `node:fs`). */
  readonly to: string;
}

export interface Rule {
  readonly name: string;
  /** Whether the rule speaks of this file. */
  readonly speaksOf: (file: string) => boolean;
  readonly allows: (target: string) => boolean;
  /** An edge that breaks the rule, and one that is fine, so that the rule is seen to work. */
  readonly breaks: Edge;
  readonly fine: Edge;
}

const below =
  (...folders: readonly string[]) =>
  (path: string): boolean =>
    folders.some((folder) => path === folder || path.startsWith(`${folder}/`));
const not =
  (predicate: (path: string) => boolean) =>
  (path: string): boolean =>
    !predicate(path);
const both =
  (a: (path: string) => boolean, b: (path: string) => boolean) =>
  (path: string): boolean =>
    a(path) && b(path);

const isFile = below('functions', 'shared', 'infra');
const isSdk = (target: string): boolean => target.startsWith('@azure/') && !below('@azure/functions')(target);
/** Small modules that know nothing but themselves. */
const BASICS = [
  'shared/errors',
  'shared/networks',
  'shared/duration',
  'shared/uuid',
  'shared/tableDefinition',
  'shared/rowBatch',
  'shared/appRoot',
];

export const RULES: readonly Rule[] = [
  {
    name: 'functions import nothing but shared',
    speaksOf: below('functions'),
    allows: (target) => !isFile(target) || below('functions', 'shared')(target),
    breaks: { from: 'functions/detect.ts', to: 'infra/local/kql/index' },
    fine: { from: 'functions/detect.ts', to: 'shared/app' },
  },
  {
    name: 'shared imports neither functions nor infra',
    speaksOf: below('shared'),
    allows: not(below('functions', 'infra')),
    breaks: { from: 'shared/app.ts', to: 'infra/local/clock' },
    fine: { from: 'shared/app.ts', to: 'shared/config' },
  },
  {
    name: 'only shared/app.ts imports shared/azure (its generated stream table may be read by all)',
    speaksOf: (file) => file !== 'shared/app.ts' && !below('shared/azure')(file),
    allows: not(both(below('shared/azure'), (target) => target !== 'shared/azure/streams.json')),
    breaks: { from: 'shared/flows/normalize.ts', to: 'shared/azure/blobs' },
    fine: { from: 'infra/local/logAnalytics/main.ts', to: 'shared/azure/streams.json' },
  },
  {
    name: 'in the product, only shared/azure imports an Azure SDK',
    speaksOf: both(below('functions', 'shared'), not(below('shared/azure'))),
    allows: not(isSdk),
    breaks: { from: 'shared/flows/read.ts', to: '@azure/storage-blob' },
    fine: { from: 'shared/azure/blobs.ts', to: '@azure/storage-blob' },
  },
  {
    name: 'only functions know the Functions programming model (and the local host, which runs it)',
    speaksOf: not(below('functions', 'infra/local/functionsHost')),
    allows: not(below('@azure/functions', '@azure/functions-core')),
    breaks: { from: 'shared/app.ts', to: '@azure/functions' },
    fine: { from: 'functions/health.ts', to: '@azure/functions' },
  },
  {
    name: 'threatconnect, flows, detection, rules and runs take ports as arguments',
    speaksOf: below('shared/threatconnect', 'shared/flows', 'shared/detection', 'shared/rules', 'shared/runs'),
    allows: not(below('shared/app', 'shared/azure')),
    breaks: { from: 'shared/detection/evaluateWindow.ts', to: 'shared/app' },
    fine: { from: 'shared/detection/evaluateWindow.ts', to: 'shared/ports' },
  },
  {
    name: 'sources know formats and asim, nothing of blobs or Azure',
    speaksOf: below('shared/sources'),
    allows: (target) =>
      below('shared/sources', 'shared/formats', 'shared/asim', ...BASICS)(target) || !(isFile(target) || isSdk(target)),
    breaks: { from: 'shared/sources/azureNsg.ts', to: 'shared/ports' },
    fine: { from: 'shared/sources/azureNsg.ts', to: 'shared/formats/json' },
  },
  {
    name: 'formats know no product: not sources, nothing of blobs or Azure',
    speaksOf: below('shared/formats'),
    allows: (target) => below('shared/formats', 'shared/asim', ...BASICS)(target) || !(isFile(target) || isSdk(target)),
    breaks: { from: 'shared/formats/cef.ts', to: 'shared/sources/panOs' },
    fine: { from: 'shared/formats/cef.ts', to: 'shared/errors' },
  },
  {
    name: 'asim knows neither formats nor sources',
    speaksOf: below('shared/asim'),
    allows: (target) => below('shared/asim', ...BASICS)(target) || !(isFile(target) || isSdk(target)),
    breaks: { from: 'shared/asim/direction.ts', to: 'shared/sources/awsVpc' },
    fine: { from: 'shared/asim/direction.ts', to: 'shared/networks' },
  },
  {
    name: 'only shared/kql/language knows the KQL parser',
    speaksOf: not(below('shared/kql/language')),
    allows: not((target) => target.startsWith('@kusto/')),
    breaks: { from: 'infra/local/kql/compile.ts', to: '@kusto/language-service-next' },
    fine: { from: 'shared/kql/language/parser.ts', to: '@kusto/language-service-next/bridge.min.js' },
  },
  {
    name: 'the KQL compiler knows shared/kql/language and errors, and nothing else of Flowtrap',
    speaksOf: below('infra/local/kql'),
    allows: (target) => !isFile(target) || below('infra/local/kql', 'shared/kql/language', 'shared/errors')(target),
    breaks: { from: 'infra/local/kql/compile.ts', to: 'shared/duration' },
    fine: { from: 'infra/local/kql/compile.ts', to: 'shared/kql/language/index' },
  },
  {
    name: 'only the local Log Analytics opens DuckDB',
    speaksOf: not(below('infra/local/logAnalytics')),
    allows: not((target) => target.startsWith('@duckdb/')),
    breaks: { from: 'infra/local/commands/query.ts', to: '@duckdb/node-api' },
    fine: { from: 'infra/local/logAnalytics/database.ts', to: '@duckdb/node-api' },
  },
  {
    name: 'sample traffic is made without the code that reads it',
    speaksOf: below('infra/local/samples'),
    allows: not(below('shared/formats', 'shared/sources', 'shared/asim')),
    breaks: { from: 'infra/local/samples/vnet.ts', to: 'shared/formats/json' },
    fine: { from: 'infra/local/samples/vnet.ts', to: 'infra/local/samples/seed' },
  },
];

/** The rules that an edge breaks. */
export function broken(edge: Edge): string[] {
  return RULES.filter((rule) => rule.speaksOf(edge.from) && !rule.allows(edge.to)).map((rule) => rule.name);
}
