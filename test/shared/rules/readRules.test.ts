/** Rules of the app and of the rules container together. */
import { describe, expect, it } from 'vitest';
import { FlowtrapError } from '../../../shared/errors';
import { readRules } from '../../../shared/rules/readRules';
import { MemoryBlobs } from '../flows/memoryBlobs';

const SWEEP = 'cd8faa84-4464-4b4e-96dc-b22f50c27541';
const MATCH = 'ee1fd303-2081-47b7-8f02-e38bfd0868e6';
const OWN = '55555555-5555-4555-8555-555555555555';

function text(id: string, name: string, more = ''): Buffer {
  return Buffer.from(
    `id: ${id}\nname: ${name}\nseverity: Low\nqueryFrequency: 1h\nqueryPeriod: 1h\ntriggerOperator: gt\ntriggerThreshold: 0\nquery: T\n${more}`,
  );
}

function read(files: Readonly<Record<string, Buffer>>) {
  const blobs = new MemoryBlobs();
  for (const [name, bytes] of Object.entries(files)) blobs.write(name, bytes);
  return readRules({ blobs, account: 'state', container: 'flowtrap-rules' });
}

describe('readRules', () => {
  it('lets a rule of the container take the place of the shipped one with its id, in any case of letters', async () => {
    const { rules, problems } = await read({
      'a.yaml': text(SWEEP.toUpperCase(), 'Mine', 'enabled: false\n'),
      'b.yml': text(OWN, 'Another'),
      'notes.txt': Buffer.from('no rule'),
    });
    expect(problems).toEqual([]);
    expect(rules.map(({ id, name, enabled }) => [id, name, enabled])).toEqual([
      [MATCH, 'ThreatConnect TI map IP entity to Network Session Events', true],
      [SWEEP, 'Mine', false],
      [OWN, 'Another', true],
    ]);
  });

  it('names the second of two rules with one id in the container, and keeps the first', async () => {
    const { rules, problems } = await read({ 'a.yaml': text(SWEEP, 'First'), 'b.yaml': text(SWEEP, 'Second') });
    expect(rules.map(({ name }) => name).sort()).toEqual([
      'First',
      'ThreatConnect TI map IP entity to Network Session Events',
    ]);
    expect(problems).toMatchObject([
      { subject: 'flowtrap-rules/b.yaml:1', message: expect.stringContaining('flowtrap-rules/a.yaml') as unknown },
    ]);
  });

  it('keeps the shipped rule when the one of the container is faulty or too large, and says so', async () => {
    const { rules, problems } = await read({
      'a.yaml': text(SWEEP, 'x').subarray(0, 60),
      'b.yaml': Buffer.alloc(300_000, 32),
    });
    expect(rules.map(({ id }) => id).sort()).toEqual([SWEEP, MATCH]);
    expect(problems.map(({ subject }) => subject)).toContain('flowtrap-rules/b.yaml');
    expect(problems.some(({ subject }) => subject.startsWith('flowtrap-rules/a.yaml:'))).toBe(true);
  });

  it('runs the shipped rules when the container cannot be read', async () => {
    const blobs = new MemoryBlobs();
    blobs.list = async function* () {
      yield* [];
      throw new FlowtrapError('unavailable', 'no answer.');
    };
    const { rules, problems } = await readRules({ blobs, account: 'state', container: 'flowtrap-rules' });
    expect(rules).toHaveLength(2);
    expect(problems).toMatchObject([{ subject: 'flowtrap-rules' }]);
    expect(await readRules(undefined)).toMatchObject({ problems: [], rules: [{}, {}] });
  });
});
