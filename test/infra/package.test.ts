/** The package, alone: a copy outside the repository, in an empty environment, registers every function. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makePackage } from '../../infra/package/makePackage';
import { sizes, sizeTable } from '../../infra/package/size';
import { SETTINGS } from '../../shared/settings';

const ROOT = join(__dirname, '../..');
const made = mkdtempSync(join(tmpdir(), 'flowtrap-package-'));
const copied = mkdtempSync(join(tmpdir(), 'flowtrap-copy-'));
const app = join(copied, 'app');

beforeAll(() => {
  makePackage(ROOT, join(made, '.package'));
  cpSync(join(made, '.package'), app, { recursive: true });
  rmSync(made, { recursive: true });
}, 300_000);
afterAll(() => {
  rmSync(made, { recursive: true, force: true });
  rmSync(copied, { recursive: true, force: true });
});

interface Loaded {
  readonly files: number;
  /** Packages that the build's files name, with `--all`. */
  readonly packages: readonly string[];
  readonly functions: readonly { readonly name: string; readonly trigger: Readonly<Record<string, unknown>> }[];
}

function load(environment: Record<string, string>, ...more: string[]): Loaded {
  const script = join(copied, 'worker.cjs');
  cpSync(join(__dirname, 'package/worker.cjs'), script);
  const output = execFileSync(process.execPath, [script, app, ...more], {
    cwd: copied,
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(output) as Loaded;
}

function list(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => path.replaceAll('\\', '/'));
}

describe('the package', () => {
  it('registers every function with no setting at all', () => {
    const functions = Object.fromEntries(load({}).functions.map(({ name, trigger }) => [name, trigger]));
    expect(functions).toMatchObject({
      pullIndicators: { type: 'timerTrigger', schedule: SETTINGS.PULL_INDICATORS_SCHEDULE.default },
      normalizeFlows: {
        type: 'queueTrigger',
        queueName: SETTINGS.BLOB_QUEUE.default,
        connection: 'AzureWebJobsStorage',
      },
      sweepFlows: { type: 'timerTrigger', schedule: SETTINGS.SWEEP_FLOWS_SCHEDULE.default },
      detect: { type: 'timerTrigger', schedule: SETTINGS.DETECT_SCHEDULE.default },
      rerun: { type: 'httpTrigger', authLevel: 'function' },
      getRun: { type: 'httpTrigger', authLevel: 'function' },
      runRequested: { type: 'queueTrigger', queueName: SETTINGS.RUN_QUEUE.default, connection: 'AzureWebJobsStorage' },
      health: { type: 'httpTrigger', authLevel: 'function' },
    });
    expect(Object.keys(functions)).toHaveLength(8);
  });

  it('registers them with settings that are all wrong, and takes schedules and queues from settings that are right', () => {
    const wrong = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, '?']));
    expect(load(wrong).functions).toHaveLength(8);
    const functions = load({ DETECT_SCHEDULE: '7 */9 * * * *', BLOB_QUEUE: 'other-blobs' }).functions;
    expect(functions.find(({ name }) => name === 'detect')?.trigger.schedule).toBe('7 */9 * * * *');
    expect(functions.find(({ name }) => name === 'normalizeFlows')?.trigger.queueName).toBe('other-blobs');
  });

  it('holds everything that any of its files loads', () => {
    const { files, packages } = load({}, '--all');
    expect(files).toBeGreaterThan(50);
    expect(packages).toContain('@kusto/language-service-next/bridge.min.js'); // loaded only when a rule is read
  });

  it('holds the product and nothing else', () => {
    expect(readdirSync(app).sort()).toEqual(
      ['LICENSE', 'NOTICE', 'dist', 'host.json', 'node_modules', 'package.json', 'shared'].filter(
        (name) => name !== 'NOTICE' || existsSync(join(ROOT, 'NOTICE')),
      ),
    );
    expect(readdirSync(join(app, 'dist')).sort()).toEqual(['functions', 'shared']);
    const product = [...list(join(app, 'dist')), ...list(join(app, 'shared'))];
    expect(product.filter((path) => /\.(ts|map|tsbuildinfo)$/.test(path))).toEqual([]);
    const kept = (folder: string, ending: string): string[] =>
      readdirSync(folder).filter((name) => name.endsWith(ending));
    for (const [folder, ending] of [
      ['shared/rules', '.yaml'],
      ['shared/asim', '.kql'],
    ] as const) {
      expect(kept(join(app, folder), ending)).toEqual(kept(join(ROOT, folder), ending));
      expect(kept(join(app, folder), ending).length).toBeGreaterThan(0);
    }
  });

  it('has production dependencies only, and no script', () => {
    const ours = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<string, Record<string, string>>;
    const theirs = JSON.parse(readFileSync(join(app, 'package.json'), 'utf8')) as Record<string, unknown>;
    expect(theirs).not.toHaveProperty('scripts');
    expect(theirs).not.toHaveProperty('devDependencies');
    expect(theirs).not.toHaveProperty('bin');
    expect(theirs.dependencies).toEqual(ours.dependencies);
    for (const name of Object.keys(ours.dependencies ?? {}))
      expect(existsSync(join(app, 'node_modules', name)), name).toBe(true);
    for (const name of Object.keys(ours.devDependencies ?? {}))
      expect(existsSync(join(app, 'node_modules', name)), name).toBe(false);
    expect(list(join(app, 'node_modules')).filter((path) => path.endsWith('.map'))).toEqual([]);
  });
});

describe('the size table', () => {
  it('adds up, by part and by dependency', () => {
    const folder = join(copied, 'sizes');
    for (const [path, bytes] of Object.entries({
      'dist/a/b.js': 2_000_000,
      'dist/c.js': 10_000,
      'node_modules/@x/y/z/1.js': 3_000_000,
      'node_modules/w/1.js': 5,
      'host.json': 1,
    })) {
      cpSync(join(__dirname, 'package/worker.cjs'), join(folder, path));
      writeFileSync(join(folder, path), 'x'.repeat(bytes));
    }
    expect(sizes(folder)).toEqual([
      { part: 'node_modules/@x/y', bytes: 3_000_000, files: 1 },
      { part: 'dist', bytes: 2_010_000, files: 2 },
      { part: 'node_modules/w', bytes: 5, files: 1 },
      { part: 'host.json', bytes: 1, files: 1 },
    ]);
    expect(sizeTable(sizes(folder), 2).trimEnd().split('\n')).toEqual([
      'node_modules/@x/y      3.00 MB       1 files',
      'dist                   2.01 MB       2 files',
      '2 others               0.00 MB       2 files',
      'total                  5.01 MB       5 files',
    ]);
  });
});
