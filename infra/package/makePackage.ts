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

/** What no running Node needs of a dependency: source maps, type declarations, builds for browsers and other runtimes. */
const NOT_NEEDED_FILE = /\.(map|d\.[cm]?ts|tsbuildinfo)$/;
const NOT_NEEDED_FOLDER = /^(@azure|@typespec)\/[^/]+\/dist\/(browser|react-native|workerd)$/;

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

function installDependencies(root: string, target: string): void {
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(root, name), join(target, name));
  const args = ['ci', '--omit=dev', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  // Under `npm run`, npm names its own program.
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) run(process.execPath, [npm, ...args], target);
  else run('npm', args, target);
  rmSync(join(target, 'package-lock.json'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, unknown>;
  const kept = Object.fromEntries(MANIFEST_FIELDS.map((field) => [field, manifest[field]]));
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(kept, null, 2)}\n`);
  prune(join(target, 'node_modules'));
}

function prune(modules: string): void {
  for (const entry of readdirSync(modules, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const below = path.slice(modules.length + 1).replaceAll('\\', '/');
    const goes = entry.isDirectory()
      ? NOT_NEEDED_FOLDER.test(below) || entry.name === '.bin'
      : NOT_NEEDED_FILE.test(entry.name);
    if (goes) rmSync(path, { recursive: true, force: true });
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
