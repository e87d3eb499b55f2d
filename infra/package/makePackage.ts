/**
 * Makes the folder that is deployed: a fresh build of functions/ and shared/, the rule files, production dependencies, and
 * nothing else. The remote build is off, so what is tested here is what runs.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What of package.json goes along: no scripts (an install hook would run in Azure), no bin, no devDependencies. */
const MANIFEST_FIELDS = [
  'name',
  'version',
  'description',
  'license',
  'private',
  'main',
  'engines',
  'dependencies',
] as const;

/** Files that go along as they are: `[folder, ending]`. */
const FILES: readonly (readonly [string, RegExp])[] = [
  ['.', /^(host\.json|LICENSE|NOTICE)$/],
  ['shared/rules', /\.ya?ml$/],
  ['shared/asim', /\.kql$/],
];

/** What no running Node needs of a dependency, by its path below node_modules. */
const NOT_NEEDED: readonly RegExp[] = [
  // Source maps, sources and type declarations, descriptions (licences stay).
  /\.(map|[cm]?ts|tsbuildinfo|md|markdown)$/,
  // Builds for browsers and other runtimes.
  /^(@azure|@typespec)\/[^/]+\/dist\/(browser|react-native|workerd)$/,
  // Of the KQL parser's builds we load the two minified ones.
  /^@kusto\/language-service-next\/(?!(Kusto\.Language\.)?[Bb]ridge\.min\.js$|package\.json$|LICENSE)[^/]*$/,
  /(^|\/)\.bin$/,
];

/**
 * @param root the repository.
 * @param target the folder to make; what is there is removed first.
 * @throws Error when the code does not compile or the dependencies cannot be installed, with the tool's own words.
 */
export function makePackage(root: string, target: string): void {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  build(root, join(target, 'dist'));
  for (const [folder, ending] of FILES) {
    for (const name of readdirSync(join(root, folder)).filter((file) => ending.test(file))) {
      mkdirSync(join(target, folder), { recursive: true });
      cpSync(join(root, folder, name), join(target, folder, name));
    }
  }
  installDependencies(root, target);
}

/** Compiles into an empty folder, so that no file of an older build comes along. */
function build(root: string, out: string): void {
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  run(process.execPath, [compiler, '-p', join(root, 'infra/package/tsconfig.json'), '--outDir', out], root);
}

/**
 * Installs what package-lock.json says, for a manifest without devDependencies: npm then never looks at theirs, of which a
 * registry may not have every platform's.
 */
function installDependencies(root: string, target: string): void {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  const fields = (names: readonly string[]): string =>
    `${JSON.stringify(Object.fromEntries(names.map((name) => [name, manifest[name]])), null, 2)}\n`;
  const file = join(target, 'package.json');
  writeFileSync(file, fields([...MANIFEST_FIELDS, 'overrides']));
  cpSync(join(root, 'package-lock.json'), join(target, 'package-lock.json'));
  const args = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  // Under `npm run`, npm names its own program.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args], target);
  else run('npm', args, target);
  rmSync(join(target, 'package-lock.json'));
  writeFileSync(file, fields(MANIFEST_FIELDS));
  prune(join(target, 'node_modules'));
}

function prune(modules: string): void {
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const below = path.slice(modules.length + 1).replaceAll('\\', '/');
    if (NOT_NEEDED.some((pattern) => pattern.test(below))) rmSync(path, { recursive: true, force: true });
  }
}

function run(program: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    shell: process.platform === 'win32' && program === 'npm',
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
}
