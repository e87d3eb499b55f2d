/**
 * The tables that a workspace can have before anybody has put a row into them: names and columns of Azure Monitor, Defender and the
 * public connectors (origin and licence: NOTICE). `tables.tsv` has a line a table: its name, then for each type the type's
 * name and the columns of that type, with blanks between; TimeGenerated and the platform's columns, which every table has, are
 * left out. A line is read when its table is asked for.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { appRoot } from '../../../shared/appRoot';
import type { Column, KqlType } from '../kql';
import { MORE_COLUMNS } from './moreColumns';

export interface Catalogue {
  readonly names: readonly string[];
  has(name: string): boolean;
  /** In order of name, TimeGenerated first, the platform's columns not among them; undefined for an unknown table. */
  columns(name: string): readonly Column[] | undefined;
  /** The table whose name differs from this one by case at most. */
  spelled(name: string): string | undefined;
}

const TIME_GENERATED: Column = { name: 'TimeGenerated', type: 'datetime' };

/** Tables of Defender XDR, whose portal calls TimeGenerated Timestamp. */
const DEFENDER_TABLES = new RegExp(
  `^(?:${[
    'AAD(?:SignIn|SpnSignIn)EventsBeta',
    'AIAgentsInfo',
    'Alert(?:Info|Evidence)',
    'Behavior(?:Entities|Info)',
    'CampaignInfo',
    'Cloud(?:App|Audit|Dns|PolicyEnforcement|Process|StorageAggregated)Events',
    'DataSecurity(?:Behaviors|Events)',
    'Device\\w+',
    'DisruptionAndResponseEvents',
    'Email(?:AttachmentInfo|Events|PostDeliveryEvents|UrlInfo)',
    'EntraId(?:SignIn|SpnSignIn)Events',
    'FileMaliciousContentInfo',
    'GraphApiAuditEvents',
    'Identity(?:AccountInfo|DirectoryEvents|Events|Info|LogonEvents|QueryEvents)',
    'Message(?:Events|PostDeliveryEvents|UrlInfo)',
    'OAuthAppInfo',
    'UrlClickEvents',
  ].join('|')})$`,
);

let shipped: Catalogue | undefined;

/** The shipped tables, read at first use (about 1 MB). */
export function loadCatalogue(): Catalogue {
  shipped ??= readCatalogue(readFileSync(join(appRoot(), 'infra/local/workspace/tables.tsv'), 'utf8'));
  return shipped;
}

/** Whether the table answers to `Timestamp` as well as to `TimeGenerated`; it has no such column of its own then. */
export function hasTimestamp(table: string): boolean {
  return DEFENDER_TABLES.test(table);
}

export function readCatalogue(text: string): Catalogue {
  const lines = new Map<string, string>();
  const spellings = new Map<string, string>();
  for (const line of text.split('\n')) {
    const end = line.indexOf('\t');
    const name = end < 0 ? line : line.slice(0, end);
    if (name === '') continue;
    lines.set(name, end < 0 ? '' : line.slice(end + 1));
    spellings.set(name.toLowerCase(), name);
  }
  const read = new Map<string, readonly Column[]>();
  return {
    names: [...lines.keys()],
    has: (name) => lines.has(name),
    columns(name) {
      const line = lines.get(name);
      if (line === undefined) return undefined;
      const known = read.get(name) ?? columnsOf(name, line);
      read.set(name, known);
      return known;
    },
    spelled: (name) => spellings.get(name.toLowerCase()),
  };
}

function columnsOfGroup(group: string): Column[] {
  const [type = '', ...names] = group.split(' ');
  return names.map((name) => ({ name, type: type as KqlType }));
}

function columnsOf(table: string, line: string): readonly Column[] {
  const listed = line.split('\t').flatMap(columnsOfGroup);
  const taken = new Set(listed.map(({ name }) => name));
  const more = (MORE_COLUMNS.get(table) ?? []).flatMap(columnsOfGroup).filter(({ name }) => !taken.has(name));
  const own = [...listed, ...more];
  const stored = hasTimestamp(table) ? own.filter(({ name }) => name !== 'Timestamp') : own;
  const key = ({ name }: Column): string => name.replaceAll('_', '').toLowerCase();
  return [TIME_GENERATED, ...stored.sort((one, other) => (key(one) < key(other) ? -1 : key(one) > key(other) ? 1 : 0))];
}
