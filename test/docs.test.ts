/** What the documentation names is there: files, links, commands, settings, functions; and its queries compile. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TABLES } from '../infra/generate/streams';
import { createCompiler } from '../infra/local/kql';
import { SETTINGS } from '../shared/settings';
import { queryOf } from './infra/local/kql/compiled';

const ROOT = join(__dirname, '..');
const PAGES = ['README.md', ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`)].filter((path) =>
  path.endsWith('.md'),
);
const text = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
const { scripts, dependencies } = JSON.parse(text('package.json')) as Record<'scripts' | 'dependencies', object>;

/** Names in capitals with an underscore that are no settings of ours. */
const OTHER_NAMES = /^(THREATCONNECT_SECRET|IDENTITY_\w+|E_\w+|NAME_CL)$/;
/** Made by a command, not kept in the repository. */
const MADE = /^(\.flowtrap|\.package|infra\/mine\.bicepparam)/;

describe.each(PAGES)('%s', (page) => {
  it('links to what is there', () => {
    const links = [...text(page).matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map(([, target]) => target ?? '');
    const missing = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(ROOT, dirname(page), link)));
    expect(missing).toEqual([]);
  });

  it('names files and folders that are there', () => {
    const paths = [...text(page).matchAll(/`((?:functions|shared|infra|test|docs)\/[\w./-]*)`/g)].map(
      ([, path]) => path ?? '',
    );
    expect(paths.filter((path) => !MADE.test(path) && !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names commands that are there', () => {
    const scriptNames = [...text(page).matchAll(/\bnpm (?:run )?([a-z]+)\b/g)].map(([, name]) => name ?? '');
    const known = ['ci', 'install', 'run', ...Object.keys(scripts)];
    expect(scriptNames.filter((name) => !known.includes(name))).toEqual([]);
    const commands = [...text(page).matchAll(/\bnpx flowtrap ([a-z]+)/g)].map(([, name]) => name ?? '');
    const folder = join(ROOT, 'infra/local/commands');
    expect(commands.filter((name) => !existsSync(join(folder, `${name}.ts`)))).toEqual([]);
  });

  it('names settings that are there', () => {
    const names = [...text(page).matchAll(/`([A-Z][A-Z0-9]*_[A-Z0-9_]*[A-Z0-9])`/g)].map(([, name]) => name ?? '');
    expect(names.filter((name) => !(name in SETTINGS) && !OTHER_NAMES.test(name))).toEqual([]);
  });
});

/** The workspace as far as the pages' queries need it. */
const compiler = createCompiler({
  tables: TABLES.map(({ table, columns }) => ({
    name: table,
    columns: columns.map(({ name, type }) => ({ name, type: type === 'boolean' ? ('bool' as const) : type })),
  })),
  functions: [{ name: '_Im_NetworkSession', parameters: '()', body: 'ASimNetworkSessionLogs' }],
});

describe('queries in the documentation', () => {
  const found = PAGES.flatMap((page) => queries(text(page)).map((kql) => ({ page, kql })));

  it('are found', () => {
    expect(found.length).toBeGreaterThanOrEqual(4);
  });

  it.each(found)('$page: $kql', ({ kql }) => {
    expect(queryOf(compiler.compile(kql, { now: new Date('2026-03-02T12:00:00Z') })).columns.length).toBeGreaterThan(0);
  });
});

/** The queries of a page: indented blocks that begin with a table and go on with pipes, and what `flowtrap query` is given. */
function queries(markdown: string): string[] {
  const blocks = markdown.split(/\n(?! {4})/).map((block) => block.replaceAll(/^ {4}/gm, ''));
  const indented = markdown
    .split(/\n\s*\n/)
    .filter((block) => /^ {4}[A-Z_]\w+\n( {4}\s*\|)/.test(block))
    .map((block) => block.replaceAll(/^ {4}/gm, '').trim());
  const given = blocks.flatMap((block) => [...block.matchAll(/flowtrap query '([^']*)'/g)].map(([, kql]) => kql ?? ''));
  return [...indented, ...given.filter((kql) => kql.includes('|'))];
}

describe('README.md', () => {
  it('gives a reason for every production dependency, and for no other', () => {
    const [, section = ''] = text('README.md').split('## Production dependencies');
    const named = [...section.matchAll(/^\| `([^`]+)` +\| \S/gm)].map(([, name]) => name);
    expect(named.sort()).toEqual(Object.keys(dependencies).sort());
  });

  it('is short enough to be read', () => {
    expect(text('README.md').split('\n').length).toBeLessThanOrEqual(151);
  });
});
