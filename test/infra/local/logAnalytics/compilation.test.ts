import { describe, expect, it } from 'vitest';
import type { WorkspaceSchema } from '../../../../infra/local/kql';
import { startCompilation } from '../../../../infra/local/logAnalytics/query/compilation';
import { queryOf } from '../kql/compiled';

const NOW = new Date('2026-03-02T10:00:00Z');
/** Microsoft's analysis looks at f0 as often as two to the power of forty. */
const ENDLESS = `let f0 = () { print x = 1 };\n${Array.from({ length: 40 }, (_, n) => `let f${n + 1} = () { union f${n}(), f${n}() };`).join('\n')}\nf40()`;

describe('startCompilation', () => {
  it('replaces the thread that one query keeps busy; the ones behind it go on', async () => {
    const compilation = startCompilation({ version: () => 1, get: () => ({ tables: [], functions: [] }) }, 20_000);
    await compilation.warm();
    const endless = compilation.compile(ENDLESS, NOW, {});
    const behind = compilation.compile('print 1', NOW, {});
    await expect(endless).rejects.toMatchObject({ fault: { kind: 'timeout' } });
    expect(queryOf(await behind).columns).toEqual([{ name: 'print_0', type: 'long' }]);
    expect(queryOf(await compilation.compile('print one = 1', NOW, {})).columns).toEqual([
      { name: 'one', type: 'long' },
    ]);
    await compilation.close();
  });

  it('ends every query that is at work or in line when it closes', async () => {
    const compilation = startCompilation({ version: () => 1, get: () => ({ tables: [], functions: [] }) });
    await compilation.warm();
    const ended = Promise.allSettled([compilation.compile(ENDLESS, NOW, {}), compilation.compile('print 2', NOW, {})]);
    await compilation.close();
    expect((await ended).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(compilation.compile('print 3', NOW, {})).rejects.toThrow('closing');
  });

  it('knows a table as soon as it is there, and keeps plans as long as they hold', async () => {
    let schema: WorkspaceSchema = { tables: [], functions: [] };
    let version = 1;
    const compilation = startCompilation({ version: () => version, get: () => schema });
    await expect(compilation.compile('T', NOW, {})).rejects.toMatchObject({
      fault: { kind: 'semantic', line: 1, column: 1, text: 'T' },
    });
    schema = { tables: [{ name: 'T', columns: [{ name: 'TimeGenerated', type: 'datetime' }] }], functions: [] };
    version++;
    const plan = await compilation.compile('T', NOW, {});
    expect(await compilation.compile('T', new Date(0), {})).toBe(plan);
    expect(await compilation.compile('T', NOW, { from: NOW })).not.toBe(plan);
    const clock = await compilation.compile('T | where TimeGenerated > ago(1h)', NOW, {});
    const later = await compilation.compile('T | where TimeGenerated > ago(1h)', new Date(NOW.getTime() + 1), {});
    expect(later.sql).not.toBe(clock.sql);
    await compilation.close();
  });
});
