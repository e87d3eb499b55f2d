/** The start-up rows of the observed behaviour of Microsoft's host, host.json, and apps that cannot be loaded. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readHostConfig } from '../../../../infra/local/functionsHost/hostConfig';
import { eventually, type Ground, prepareGround, type RunningApp, startApp } from './harness';

let ground: Ground;
let app: RunningApp | undefined;

beforeAll(async () => {
  ground = await prepareGround();
});
afterEach(async () => {
  await app?.host.close();
  app = undefined;
});
afterAll(() => ground.close());

/** An app of these files, beside a host.json and a package.json unless they are given. */
function makeApp(files: Record<string, string>): string {
  const folder = mkdtempSync(join(ground.folder, 'app-'));
  const all = {
    'package.json': '{"main":"index.js"}',
    'host.json': '{"version":"2.0"}',
    ...files,
  };
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'));
  return folder;
}

async function start(files: Record<string, string>, options: Parameters<typeof startApp>[2] = {}): Promise<RunningApp> {
  app = await startApp(ground, 'basic', { appFolder: makeApp(files), ...options });
  return app;
}

const HEAD = `const { app, output } = require('@azure/functions');\n`;
const GOOD = `app.http('good', { handler: () => ({ body: process.env.MY_BOTH ?? 'good' }) });\n`;
const get = async (path: string): Promise<[number, string]> => {
  const response = await fetch(`${app?.host.url}${path}`);
  return [response.status, await response.text()];
};

describe('an app of which nothing runs', () => {
  it.each<[string, Record<string, string>, RegExp]>([
    [
      'throws at import',
      { 'index.js': `${HEAD}${GOOD}require('./bad');`, 'bad.js': 'throw new Error("no good");' },
      /no good/,
    ],
    [
      'gives two functions one name',
      { 'index.js': `${HEAD}${GOOD}${GOOD}` },
      /A function with id "good" has already been registered\./,
    ],
    ['registers nothing', { 'index.js': HEAD }, /no functions were registered\. See that "main" in package\.json/],
    ['has no entry point', { 'package.json': '{}' }, /names no entry point\. Set "main"/],
    [
      'is not compiled',
      { 'package.json': '{"main":"dist/index.js"}' },
      /its entry point "dist\/index\.js" does not exist\. Compile/,
    ],
    ['has no package.json', { 'package.json': '{bad', 'index.js': '' }, /package\.json: cannot be read as JSON/],
    [
      'ends while it loads',
      { 'index.js': 'console.error("out of luck"); process.exit(0);' },
      /its process ended \(code 0\)/,
    ],
    ['has no version in host.json', { 'host.json': '{}' }, /host\.json: has no "version": "2\.0"\./],
    ['has an unreadable host.json', { 'host.json': '[]' }, /host\.json: cannot be read as a JSON object/],
  ])('%s', async (_, files, message) => {
    await expect(start(files)).rejects.toThrow(message);
  });
});

describe('a function that cannot run', () => {
  it('leaves the others running, and is listed with its errors', async () => {
    const queue = (name: string, options: object) =>
      `app.storageQueue('${name}', { ...${JSON.stringify(options)}, handler() {} });\n`;
    const timer = (name: string, schedule: string) =>
      `app.timer('${name}', { schedule: '${schedule}', handler() {} });\n`;
    const running = await start(
      {
        'index.js':
          HEAD +
          GOOD +
          queue('badName', { queueName: 'Bad_Name!', connection: 'AzureWebJobsStorage' }) +
          queue('noConnection', { queueName: 'que', connection: 'MISSING_CONN' }) +
          queue('farAway', { queueName: 'que', connection: 'FAR' }) +
          queue('noSetting', { queueName: '%NOPE%', connection: 'AzureWebJobsStorage' }) +
          queue('upper', { queueName: 'UPPER-%PART%', connection: 'Storage' }) +
          timer('badCron', 'not a cron') +
          timer('byName', '%CRON%') +
          `app.storageBlob('blob', { path: 'c/{name}', connection: 'AzureWebJobsStorage', handler() {} });\n` +
          `app.http('badRoute', { route: 'x/{n:nosuch}', handler() {} });\n` +
          `app.http('badLevel', { authLevel: 'strange', handler() {} });\n` +
          `app.http('1stName', { handler() {} });\n`,
      },
      {
        settings: {
          CRON: '0 0 0 1 1 *',
          PART: 'q',
          FAR: 'DefaultEndpointsProtocol=https;AccountName=realaccount;AccountKey=c2VjcmV0LWtleQ==;EndpointSuffix=core.windows.net',
        },
      },
    );
    expect(await get('/api/good')).toEqual([200, 'good']);
    const errors = Object.fromEntries(running.host.functions.map((fn) => [fn.name, fn.errors?.join(' ') ?? 'none']));
    expect(errors).toEqual({
      good: 'none',
      upper: 'none',
      byName: 'none',
      badName: expect.stringContaining(
        "Error indexing method 'Functions.badName': 'bad_name!' is no valid queue name.",
      ),
      noConnection: expect.stringContaining("Storage account connection string 'MISSING_CONN': does not exist"),
      farAway: expect.stringContaining('FAR: names realaccount.blob.core.windows.net, which is not this machine.'),
      noSetting: expect.stringContaining("'%NOPE%' does not resolve to a value. Set NOPE."),
      badCron: expect.stringContaining("the schedule expression 'not a cron' was not recognized."),
      blob: expect.stringContaining("the local host has no 'blobTrigger'."),
      badRoute: expect.stringContaining('constraint "nosuch" is not known'),
      badLevel: expect.stringContaining("'strange' is no authLevel."),
      '1stName': expect.stringContaining("'1stName' is no valid function name."),
    });
    expect(running.host.functions.find((fn) => fn.name === 'upper')?.queue).toBe('upper-q');
    expect(running.host.functions.find((fn) => fn.name === 'byName')?.schedule).toBe('0 0 0 1 1 *');
    expect(JSON.stringify(running.messages)).not.toContain('c2VjcmV0LWtleQ==');
    const status = await get('/admin/functions/badCron/status?code=master-key');
    expect(JSON.parse(status[1])).toEqual({ errors: [expect.stringContaining('not a cron')] });
  });
});

describe('settings', () => {
  it('come from the options alone: local.settings.json is not read', async () => {
    const planted = '{"IsEncrypted":false,"Values":{"MY_BOTH":"from the file","AzureWebJobs.good.Disabled":"true"}}';
    await start({ 'index.js': HEAD + GOOD, 'local.settings.json': planted });
    expect(await get('/api/good')).toEqual([200, 'good']);
  });

  it('replace values of host.json', async () => {
    const files = {
      'index.js': HEAD + GOOD,
      'host.json': '{"version":"2.0","extensions":{"http":{"routePrefix":"fromFile"}}}',
    };
    await start(files);
    expect((await get('/fromFile/good'))[0]).toBe(200);
    await app?.host.close();
    await start(files, { hostJsonOverrides: { extensions: { http: { routePrefix: '' } } } });
    expect((await get('/good'))[0]).toBe(200);
    await app?.host.close();
    await start(files, { settings: { AzureFunctionsJobHost__extensions__http__routePrefix: 'fromSetting' } });
    expect((await get('/fromSetting/good'))[0]).toBe(200);
  });
});

describe('an app that cannot be loaded again after a crash', () => {
  it('is tried until it can, and requests wait for it', async () => {
    const running = await start(
      {
        'index.js': `${HEAD}${GOOD}
if (require('node:fs').existsSync(__dirname + '/exits')) process.exit(7);
if (require('node:fs').existsSync(__dirname + '/throws')) throw new Error('not yet');
app.http('crash', { handler: (request) => {
  require('node:fs').writeFileSync(__dirname + '/' + request.query.get('then'), '');
  process.exit(1);
} });`,
      },
      { restartDelaysMs: [0, 100] },
    );
    const folder = running.appFolder;
    for (const then of ['exits', 'throws']) {
      expect((await get(`/api/crash?then=${then}`))[0]).toBe(500);
      const waiting = get('/api/good');
      const failures = () =>
        running.logs().filter((l) => l.message.startsWith('The worker could not be started again'));
      const before = failures().length;
      await eventually(() => failures().length >= before + 2);
      rmSync(join(folder, then));
      expect(await waiting).toEqual([200, 'good']);
    }
    expect(running.logs().some((l) => l.message.includes('not yet'))).toBe(true);
  });
});

describe('apps', () => {
  it('may be ES modules', async () => {
    await start({
      'package.json': '{"main":"index.mjs"}',
      'index.mjs': `import { app } from '@azure/functions';\nawait Promise.resolve();\n${GOOD}`,
    });
    expect(await get('/api/good')).toEqual([200, 'good']);
  });
});

describe('readHostConfig', () => {
  const read = (json: object, environment: Record<string, string> = {}) =>
    readHostConfig(makeApp({ 'host.json': JSON.stringify({ version: '2.0', ...json }) }), environment);

  it('has the defaults of the real host', () => {
    expect(read({})).toMatchObject({
      functionTimeoutMs: 1_800_000,
      routePrefix: 'api',
      queues: {
        batchSize: 16,
        maxDequeueCount: 5,
        visibilityTimeoutMs: 0,
        maxPollingIntervalMs: 60_000,
        messageEncoding: 'base64',
      },
    });
    expect(read({}, { AZURE_FUNCTIONS_ENVIRONMENT: 'Development' }).queues.maxPollingIntervalMs).toBe(2000);
    expect(read({ functionTimeout: '-1' }).functionTimeoutMs).toBeUndefined();
  });

  it("reads Flowtrap's own", () => {
    expect(readHostConfig(process.cwd(), {})).toMatchObject({
      functionTimeoutMs: 600_000,
      queues: { batchSize: 4, newBatchThreshold: 2, visibilityTimeoutMs: 60_000, maxPollingIntervalMs: 10_000 },
    });
  });

  it('takes settings over the file, whatever their case, as numbers and texts', () => {
    const queues = read(
      { extensions: { queues: { batchSize: 4, maxDequeueCount: 3 } } },
      {
        AzureFunctionsJobHost__Extensions__Queues__BatchSize: '8',
        'AzureFunctionsJobHost:extensions:queues:messageEncoding': 'None',
      },
    ).queues;
    expect(queues).toMatchObject({ batchSize: 8, maxDequeueCount: 3, messageEncoding: 'none' });
  });

  it.each([
    [
      { extensions: { queues: { batchSize: 33 } } },
      '"extensions.queues.batchSize" is 33, not a whole number from 1 to 32.',
    ],
    [
      { extensions: { queues: { visibilityTimeout: 'soon' } } },
      '"extensions.queues.visibilityTimeout" is "soon", not a time span',
    ],
    [
      { extensions: { queues: { messageEncoding: 'hex' } } },
      '"extensions.queues.messageEncoding" is "hex", not base64 or none.',
    ],
    [{ functionTimeout: '00:00:00' }, '"functionTimeout" is "00:00:00", not a time span such as 00:10:00, or -1.'],
    [{ extensions: { http: { routePrefix: 5 } } }, '"extensions.http.routePrefix" is 5, not a text.'],
  ])('refuses %j', (json, message) => {
    expect(() => read(json)).toThrow(message);
  });
});
