/** Makes docs/sources.md: every log source with its tables, roads in, filter and gaps. */
import { SOURCES } from '../../shared/sources';
import type { LogSource } from '../../shared/sources/source';
import { cell, table } from './markdown';

function tables(source: LogSource): string[] {
  const listed = Object.keys(source.rows?.tables ?? {});
  return listed.length > 0 ? listed : [source.table];
}

function roads(source: LogSource): string[] {
  return [...(source.rows === undefined ? [] : ['table rows']), ...source.forms];
}

function row(source: LogSource): string[] {
  return [
    `\`${source.id}\``,
    cell(`${source.vendor} ${source.product}`),
    tables(source)
      .map((name) => `\`${name}\``)
      .join(', '),
    cell(roads(source).join('; ')),
    cell(`${source.asim.vendor} / ${source.asim.product}`),
    source.asim.types.join(', '),
    source.sweep === true ? 'yes' : cell(`no: ${source.sweep}`),
  ];
}

function notes(source: LogSource): string[] {
  const gaps = source.gaps ?? [];
  return [
    `### ${source.vendor} ${source.product} (\`${source.id}\`)`,
    '',
    `- Becomes a session: ${source.filter}`,
    `- Follows ${source.facts}; the corrections stand at the head of \`shared/sources/${source.id}.ts\`.`,
    ...(gaps.length === 0 ? [] : [`- Known gaps: ${gaps.join('; ')}.`]),
    '',
  ];
}

/** The page as Markdown. */
export function sourcesPage(sources: readonly LogSource[] = SOURCES): string {
  const listed = [...sources].sort((a, b) =>
    `${a.vendor} ${a.product}`.localeCompare(`${b.vendor} ${b.product}`, 'en'),
  );
  return [
    '# Log sources',
    '',
    'Made from `shared/sources` by `npm run generate`; change it there. How to add one: [adding-a-source.md](adding-a-source.md).',
    '',
    'Every source is found by itself: by the path of the blob, else by its first bytes, else record by record (a file may mix',
    'products). A container can be pinned to one with the `source` of `FLOW_CONTAINERS`. _Table rows_ are rows of the Log Analytics',
    'table: what its data export writes (containers `am-<table>`, JSON lines), and CSV or JSON files of rows. gzip, zstd and',
    'UTF-16 are detected from the content. A record that is no network session is skipped and counted with its reason; one that cannot be',
    'understood is kept as a dead letter.',
    '',
    `${listed.length} sources. The match rule can fire from all of them.`,
    '',
    ...table(
      ['source', 'product', 'tables', 'roads in', 'EventVendor / EventProduct', 'EventType', 'sweep rule'],
      listed.map(row),
    ),
    '',
    '## Notes',
    '',
    ...listed.flatMap(notes),
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}
