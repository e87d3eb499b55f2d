/** Makes docs/kql.md: what the local KQL engine knows, from its own tables and from compiling examples. */

import { appRoot } from '../../shared/appRoot';
import { builtInNames } from '../../shared/kql/language';
import { loadStoredFunctions } from '../../shared/kql/storedFunctions';
import { createCompiler, KqlError } from '../local/kql';
import { DIFFERENCES, knownNames } from '../local/kql/functions/known';
import { RESULT_BYTES, RESULT_ROWS } from '../local/logAnalytics/options';
import { MAX_KQL_LENGTH } from '../local/logAnalytics/query/compilation';
import { SERVICE_SLOTS } from '../local/logAnalytics/query/slots';
import { LONGEST_WAIT } from '../local/logAnalytics/queryAnswers';
import { loadCatalogue } from '../local/workspace/catalogue';
import { createContents } from '../local/workspace/contents';
import { OPERATORS, type OperatorExample, STATEMENTS } from './kqlOperators';
import { cell, table } from './markdown';

const code = (name: string): string => `\`${name}\``;
const listed = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.map(code).join(', '));

type Check = (example: OperatorExample) => boolean;

function checked(): Check {
  const compiler = createCompiler({ tables: [], functions: [] });
  return ({ name, example }) => {
    try {
      compiler.compile(example, { now: new Date(0) });
      return true;
    } catch (error) {
      if (error instanceof KqlError && error.code === 'unsupported') return false;
      throw new Error(`The example of ${name} is no KQL: ${(error as Error).message}`);
    }
  };
}

function operatorRows(examples: readonly OperatorExample[], isKnown: Check): string[][] {
  return examples.map((one) => [code(one.name), isKnown(one) ? 'yes' : 'refused', cell(one.note ?? '')]);
}

function split(names: readonly string[], known: ReadonlySet<string>): readonly [known: string[], refused: string[]] {
  const own = [...new Set([...names.filter((name) => known.has(name)), ...known])].sort();
  return [own, names.filter((name) => !known.has(name))];
}

function section(title: string, intro: string, names: readonly string[], known: ReadonlySet<string>): string[] {
  const [own, refused] = split(names, known);
  const differing = own.filter((name) => DIFFERENCES.has(name));
  return [
    `## ${title}`,
    '',
    `${intro} ${own.length} are known:`,
    '',
    `${listed(own)}.`,
    '',
    ...(differing.length === 0
      ? []
      : [
          ...table(
            ['where it differs', 'how'],
            differing.map((name) => [code(name), cell(DIFFERENCES.get(name) ?? '')]),
          ),
          '',
        ]),
    `Refused: ${listed(refused)}.`,
    '',
  ];
}

function workspaceFunctions(): string[] {
  const contents = createContents(loadStoredFunctions(`${appRoot()}/shared/asim`));
  return contents.functions.map(({ name }) => name).sort((one, other) => one.localeCompare(other, 'en'));
}

/** The page as Markdown. */
export function kqlPage(): string {
  const isKnown = checked();
  const built = builtInNames();
  const known = knownNames();
  return [
    '# KQL on the local engine',
    '',
    'Made from `infra/local/kql` and `infra/generate/kqlOperators.ts` by `npm run generate`; change it there. How the engine is built:',
    '[architecture.md](architecture.md).',
    '',
    'The local Log Analytics runs queries as they are written for Microsoft Sentinel and Defender: rules, hunting queries, parsers.',
    "Microsoft's own parser analyses the text, so that what it refuses is refused here, with its code and place. What the engine does not",
    'translate is refused, too, naming the construct and its place: there is no wrong answer instead. Queries are translated to one SQL',
    'statement of DuckDB; `bag_unpack` and `pivot` ask the data for their columns first.',
    '',
    '## Statements and operators',
    '',
    ...table(['statement', 'known', 'note'], operatorRows(STATEMENTS, isKnown)),
    '',
    ...table(['operator', 'known', 'note'], operatorRows(OPERATORS, isKnown)),
    '',
    ...section(
      'Scalar functions',
      'Functions of the language, less those that have a newer name.',
      built.functions,
      known.functions,
    ),
    ...section(
      'Aggregate functions',
      'In `summarize`, `make-series`, `top-nested` and the like.',
      built.aggregates,
      known.aggregates,
    ),
    ...section('Plugins', 'After `evaluate`.', built.plugins, known.plugins),
    '## Types and values',
    '',
    ...table(
      ['what', 'here'],
      [
        ['`datetime`', 'to the microsecond; the seventh digit is cut. From year 1 to 9999, UTC'],
        ['`timespan`', 'to the tick (100 ns)'],
        ['`decimal`', '26 digits before the point and 12 after it'],
        ['`string`', 'never null, as in the service; a missing text is empty'],
        ['`dynamic`', 'JSON that keeps numbers, texts, booleans, arrays and bags apart; null is null'],
        ['regular expressions', 'RE2, as in the service'],
        ['null', 'three-valued logic: `int(null) == 1` is false, `int(null) == int(null)` is null'],
        ['order of rows', 'defined after `sort`, `top` and `serialize` alone'],
      ],
    ),
    '',
    '## The workspace',
    '',
    `${loadCatalogue().names.length} tables of Azure Monitor, Defender and the public connectors are there with their columns, empty until`,
    '`flowtrap ingest` or the ingestion API brings rows; any other table (`NAME_CL`) is made by the first rows. Tables of Defender have',
    '`Timestamp` beside `TimeGenerated`. Every table has `TenantId`, `Type`, `_ResourceId`, `_SubscriptionId`, `_ItemId` and the like.',
    '',
    'Stored functions: `--functions DIR` or the folder `workspace/functions`, parser YAMLs of the public content among them. Watchlists:',
    "`--watchlists DIR` or `workspace/watchlists`, a CSV each, for `_GetWatchlist('NAME')`. Functions that are there from the start:",
    '',
    `${listed(workspaceFunctions())}.`,
    '',
    'Enrichments of Defender (`FileProfile`, `DeviceFromIP`, `SeenBy`, `AssignedIPAddresses`) have their columns, without values.',
    '',
    '## Limits',
    '',
    ...table(
      ['what', 'limit', 'what comes then'],
      [
        [
          'rows of a result',
          `${RESULT_ROWS}`,
          'the first ones, with a `PartialError` (`E_QUERY_RESULT_SET_TOO_LARGE`)',
        ],
        ['size of a result', `${RESULT_BYTES} bytes`, 'the same'],
        [
          'time of a query',
          `180 s, up to ${LONGEST_WAIT} s by \`Prefer: wait=\``,
          '504 `GatewayTimeout`; the query is stopped',
        ],
        [
          'queries at once',
          `${SERVICE_SLOTS.running}, ${SERVICE_SLOTS.queued} in line for ${SERVICE_SLOTS.waitMs / 1000} s`,
          '429 `ThrottledError`',
        ],
        ['memory', '`--memory`, 1 GB unless given', '`PartialError` (`E_RUNAWAY_QUERY`)'],
        ['length of a query', `${MAX_KQL_LENGTH} characters`, '400 `BadArgumentError`'],
      ],
    ),
    '',
    'A query is stopped when its client goes away. Queries never wait for ingestion, nor ingestion for queries.',
    '',
    '## Errors',
    '',
    'As in the Logs Query API: `error.code`, and in `innererror` the kind (`SyntaxError`, `SemanticError`), inside it code, message, `line`,',
    '`pos` and `token`. `NotSupportedLocally` is the one that the service does not have. `flowtrap query` prints the line of the query with',
    'a mark under the place.',
  ]
    .join('\n')
    .concat('\n');
}
