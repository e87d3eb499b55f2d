import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { normalize } from '../../../../infra/local/commands/normalize';

const ALLOWED = '2 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 ACCEPT OK';
const NO_DATA = '2 111122223333 eni-01 - - - - - - - 1772445612 1772445640 - NODATA';
const BAD = ALLOWED.replace('10.0.1.5', 'nowhere');

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-normalize-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function run(argv: string[], stdin = '', env: Record<string, string> = {}) {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const reading = Promise.all([text(stdout), text(stderr)]);
  const code = await normalize.run(argv, {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout,
    stderr,
    env,
    cwd: folder,
  });
  stdout.end();
  stderr.end();
  const [out, err] = await reading;
  const sessions = out.split('\n').filter((line) => line.startsWith('{'));
  return { code, out, err, sessions: sessions.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('flowtrap normalize', () => {
  it('writes sessions to stdout and the ledger to stderr', async () => {
    writeFileSync(join(folder, 'flows.log'), [ALLOWED, NO_DATA, BAD, NO_DATA, ALLOWED].join('\n'));
    const { code, sessions, err } = await run(['flows.log', '--check']);
    expect(code).toBe(0);
    expect(sessions.map((session) => session.DstPortNumber)).toEqual([22, 22]);
    expect(err).toContain(`flows.log: byte ${ALLOWED.length + NO_DATA.length + 2}: badAddress: "2 111122223333`);
    const lines = err.trimEnd().split('\n');
    expect(lines.slice(1)).toEqual([
      'file       source  records  sessions  skipped  dead  findings',
      'flows.log  awsVpc        5         2        2     1         0',
      'flows.log: skipped: noData 2',
      'flows.log: dead: badAddress 1',
    ]);
  });

  it('reads stdin and gzip, and gives the ledger as JSON', async () => {
    writeFileSync(join(folder, 'flows.gz'), gzipSync(`${ALLOWED}\n`));
    const { code, sessions, err } = await run(['-', 'flows.gz', '--json'], `${ALLOWED}\n${NO_DATA}\n`);
    expect(code).toBe(0);
    expect(sessions.length).toBe(2);
    const ledger = JSON.parse(err) as { files: unknown[] };
    expect(ledger.files).toEqual([
      {
        file: '-',
        source: 'awsVpc',
        records: 2,
        sessions: 1,
        skipped: { noData: 1 },
        dead: {},
        findings: 0,
        error: null,
      },
      { file: 'flows.gz', source: 'awsVpc', records: 1, sessions: 1, skipped: {}, dead: {}, findings: 0, error: null },
    ]);
  });

  it('takes the internal networks from the option, else the environment, else the private ones', async () => {
    const direction = async (argv: string[], env = {}) =>
      (await run(['-', ...argv], ALLOWED, env)).sessions[0]?.NetworkDirection;
    expect(await direction([])).toBe('Inbound');
    expect(await direction([], { INTERNAL_NETWORKS: '203.0.113.0/24,10.0.0.0/8' })).toBe('Local');
    expect(await direction(['--internal', '203.0.113.0/24'], { INTERNAL_NETWORKS: '10.0.0.0/8' })).toBe('Outbound');
  });

  it('goes on after a file that is missing or unknown, and ends with 1', async () => {
    writeFileSync(join(folder, 'unknown.txt'), 'what is this\n');
    writeFileSync(join(folder, 'good.log'), ALLOWED);
    const { code, sessions, err } = await run(['missing.log', 'unknown.txt', 'good.log']);
    expect(code).toBe(1);
    expect(sessions.length).toBe(1);
    expect(err).toContain('missing.log: ENOENT');
    expect(err).toContain('no source knows this format; it begins with "what is this"');
  });

  it('recognises a copy of a container by its path', async () => {
    await mkdir(join(folder, 'insights-logs-flowlogflowevent'), { recursive: true });
    writeFileSync(join(folder, 'insights-logs-flowlogflowevent', 'PT1H.json'), '{"records":[{"time":1}]}');
    const { code, err } = await run(['insights-logs-flowlogflowevent/PT1H.json', '--json']);
    expect(code).toBe(0);
    expect(err).toContain('"dead":{"noSource":1}');
  });

  it('explains itself, and what is wrong with a call', async () => {
    expect((await run(['--help'])).out).toContain('usage: flowtrap normalize FILE');
    await expect(run([])).rejects.toMatchObject({ code: 'malformed' });
    await expect(run(['x', '--source', 'nonsense'])).rejects.toThrow('azureVnet, azureNsg, awsVpc, paloAltoPanOs');
    await expect(run(['x', '--nonsense'])).rejects.toMatchObject({ code: 'malformed' });
    await expect(run(['x', '--internal', 'nonsense'])).rejects.toMatchObject({ code: 'malformed' });
  });
});
