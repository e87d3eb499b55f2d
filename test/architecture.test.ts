/** Guards the rules of the house: who may import whom, how long a file may be, who reads the environment. */
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { broken, type Edge, RULES } from './architecture/rules';
import { anyTypes, environmentReads, imports } from './architecture/source';

const ROOT = join(__dirname, '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
};

/** Longer than 400 lines, each with its reason. */
const LONG_FILES: Readonly<Record<string, string>> = {};
/** Files that load code by a path worked out while running, each with its reason. */
const RUNTIME_LOADERS: Readonly<Record<string, string>> = {
  'infra/local/flowtrap.js': 'runs the build, which may not be there yet',
  'infra/local/azurite/servers.ts': 'Azurite exports no programming interface: its parts are loaded by their paths',
  'infra/local/functionsHost/worker/load.ts': 'loads the app that the host runs',
};
/** Files of shared/ that read the environment, each with its reason. */
const ENVIRONMENT_READERS: Readonly<Record<string, string>> = {
  'shared/app.ts': 'where the settings come in',
  'shared/azure/credential.ts': 'guards the one variable that the identity SDK reads by itself',
};

/** Every source by its path from the repository, with slashes. */
const files = new Map<string, string>(
  ['functions', 'shared', 'infra'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.[cm]?[jt]s$/.test(path))
      .map((path): [string, string] => [
        `${folder}/${path.replaceAll('\\', '/')}`,
        readFileSync(join(ROOT, folder, path), 'utf8'),
      ]),
  ),
);

/** A file's import as an edge: relative paths resolved against the repository, packages as they are. */
function edge(from: string, specifier: string): Edge {
  if (!specifier.startsWith('.')) return { from, to: specifier };
  const to = join(dirname(from), specifier).replaceAll('\\', '/');
  return { from, to: to.replace(/\.[jt]s$/, '') };
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

const edges = [...files].flatMap(([from, text]) =>
  imports(text).flatMap(({ specifier, typeOnly }) =>
    specifier === undefined ? [] : [{ ...edge(from, specifier), typeOnly }],
  ),
);

describe('the import scanner', () => {
  it('sees every way to import, and nothing in comments or texts', () => {
    const text = [
      "import a from './a';",
      "import type { B } from './b';",
      "import './c';",
      "export { d } from './d';",
      "export * from './e';",
      "const f = await import('./f');",
      "const g = require('./g');",
      "type H = import('./h').H;",
      "import i = require('./i');",
      "const j = require.resolve('./j');",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the scanned source holds a template
      "const k = `${await import(`./k`)} import './no'`;",
      "// import './no';",
      "/* require('./no') */",
      'const no = "import \'./no\'";',
      "const quote = /['`]/; import l from './l';",
      "const half = 4 / 2; import m from './m';",
      'const n = require(name);',
      "object.require('./no');",
      'a = function require(id) {};',
    ].join('\n');
    expect(imports(text).map(({ specifier }) => specifier)).toEqual([
      ...['./a', './b', './c', './d', './e', './f', './g', './h', './i', './j', './k', './l', './m'],
      undefined,
    ]);
    expect(imports(text).at(-1)?.line).toBe(17);
  });

  it('tells imports that are gone when the program runs', () => {
    const texts = {
      "import type { A } from './x'": true,
      "export type { A, B } from './x'": true,
      "import { type A, type B } from './x'": true,
      "import { type A, b } from './x'": false,
      "import { b } from './x'": false,
      "import type from './x'": false,
      "export * from './x'": false,
    };
    for (const [text, typeOnly] of Object.entries(texts)) expect(imports(text)[0]?.typeOnly, text).toBe(typeOnly);
  });

  it('sees the type any, and no other any', () => {
    expect(
      anyTypes(
        'let a: any;\nclass A { any(b: number) {} }\nconst b = Promise.any([]);\nconst c = { any: 1 };\nlet d = "any"; // any\n',
      ),
    ).toEqual([1]);
    expect(anyTypes('f<any>();\nx as any;\ntype T = { y: any };')).toEqual([1, 2, 3]);
  });

  it('sees the environment read', () => {
    const reads = [
      'process.env.A',
      'process?.env',
      "process['env']",
      'const { env } = process',
      "import 'node:process'",
    ];
    for (const text of reads) expect(environmentReads(text), text).toEqual([1]);
    for (const text of ['process.exit(1)', '"process.env"', '// process.env', 'worker.process(a)'])
      expect(environmentReads(text), text).toEqual([]);
  });
});

describe('imports', () => {
  it.each(RULES)('rule can fail: $name', (rule) => {
    expect(broken(rule.breaks)).toContain(rule.name);
    expect(broken(rule.fine)).toEqual([]);
  });

  it('finds the sources', () => {
    expect(files.size).toBeGreaterThan(10);
    expect(edges.length).toBeGreaterThan(10);
  });

  it('break no rule of the house', () => {
    const found = edges.flatMap((e) => broken(e).map((name) => `${e.from} imports ${e.to}: ${name}`));
    expect(found).toEqual([]);
  });

  it('name only what package.json declares, production code only what ships', () => {
    const undeclared = edges.filter(({ from, to }) => {
      if (/^(functions|shared|infra)\//.test(to)) return false;
      if (to.startsWith('node:') || builtinModules.includes(packageOf(to))) return false;
      const name = packageOf(to);
      // The Functions worker injects this name; it is no package.
      if (name === '@azure/functions-core') return !from.startsWith('infra/local/functionsHost/');
      const ships = !from.startsWith('infra/');
      return !(name in manifest.dependencies || (!ships && name in manifest.devDependencies));
    });
    expect(undeclared.map(({ from, to }) => `${from} imports ${to}`)).toEqual([]);
  });

  it('lead to no loop', () => {
    const byFile = new Map<string, string[]>();
    for (const { from, to, typeOnly } of edges) {
      if (typeOnly) continue;
      const target = [to, `${to}.ts`, `${to}/index.ts`].find((path) => files.has(path));
      if (target !== undefined) byFile.set(from, [...(byFile.get(from) ?? []), target]);
    }
    expect(loops(byFile)).toEqual([]);
  });

  it('a loop would be seen', () => {
    const graph = { a: ['b'], b: ['c', 'd'], c: ['b'], d: [] };
    expect(loops(new Map(Object.entries(graph)))).toEqual(['b → c → b']);
  });

  it('are written out, except where a file is meant to load others', () => {
    const unknown = [...files].flatMap(([path, text]) =>
      path in RUNTIME_LOADERS
        ? []
        : imports(text)
            .filter((i) => i.specifier === undefined)
            .map((i) => `${path}:${i.line}`),
    );
    expect(unknown).toEqual([]);
  });
});

/** One text for each loop that a walk in depth meets. */
function loops(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): void => {
    const at = path.indexOf(node);
    if (at >= 0) found.push([...path.slice(at), node].join(' → '));
    if (at >= 0 || done.has(node)) return;
    for (const next of graph.get(node) ?? []) walk(next, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) walk(node, []);
  return found;
}

describe('files', () => {
  it('have at most 400 lines', () => {
    const long = [...files].filter(([path, text]) => text.split('\n').length > 401 && !(path in LONG_FILES));
    expect(long.map(([path, text]) => `${path}: ${text.split('\n').length - 1} lines`)).toEqual([]);
  });

  it('use no any', () => {
    expect([...files].flatMap(([path, text]) => anyTypes(text).map((line) => `${path}:${line}`))).toEqual([]);
  });

  it('in shared/ leave the environment to those who must read it', () => {
    const readers = [...files].filter(([path]) => path.startsWith('shared/') && !(path in ENVIRONMENT_READERS));
    expect(readers.flatMap(([path, text]) => environmentReads(text).map((line) => `${path}:${line}`))).toEqual([]);
  });
});
