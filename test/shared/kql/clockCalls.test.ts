/** Moving queries to a past window. */
import { describe, expect, it } from 'vitest';
import {
  findClockCalls,
  findClockWarnings,
  findUnmovableFunctions,
  moveToWindow,
} from '../../../shared/kql/clockCalls';
import { LanguageError } from '../../../shared/kql/language';
import { loadRules } from '../../../shared/rules/loadRules';
import { ownFiles } from '../../../shared/rules/readRules';

const END = new Date('2026-01-02T03:00:00Z');
const W = 'datetime(2026-01-02T03:00:00.000Z)';

function moved(kql: string): string {
  // Through JSON, as the places are kept in state.
  const calls = JSON.parse(JSON.stringify(findClockCalls(kql))) as ReturnType<typeof findClockCalls>;
  return moveToWindow(kql, calls, END);
}

describe('moveToWindow', () => {
  it.each([
    ['T | where TimeGenerated > ago(1h)', `T | where TimeGenerated > (${W} - (1h))`],
    ['T | where TimeGenerated < now()', `T | where TimeGenerated < ${W}`],
    ['print now(-1d)', `print (${W} + (-1d))`],
    ['print now ( )', `print ${W}`],
    ['print ago( 2 * 1h )', `print (${W} - ( 2 * 1h ))`],
    ['print now() - ago(1d), startofday(now())', `print ${W} - (${W} - (1d)), startofday(${W})`],
    ['print ago(now() - datetime(2026-01-01))', `print (${W} - (${W} - datetime(2026-01-01)))`],
    ['let d = 14d; T | where TimeGenerated >= ago(d)', `let d = 14d; T | where TimeGenerated >= (${W} - (d))`],
  ])('%s', (kql, expected) => {
    expect(moved(kql)).toBe(expected);
  });

  it.each([
    "print 'now() and ago(1h)'",
    'print @"ago(1h)" // ago(1h)',
    'T | project now, ago',
    'T | extend ago = 5 | where ago > 3',
  ])('leaves %s alone', (kql) => {
    expect(moved(kql)).toBe(kql);
  });

  it("moves the built-in function even where the query declares one of that name: Kusto's built-ins win", () => {
    expect(moved('let now = () { datetime(2020-01-01) }; print now()')).toBe(
      `let now = () { datetime(2020-01-01) }; print ${W}`,
    );
  });

  it('counts in UTF-16 units, as JavaScript does', () => {
    expect(moved("print '😀', now()")).toBe(`print '😀', ${W}`);
  });

  it('refuses what is not KQL, with the place', () => {
    const error = catchError(() => findClockCalls('T | where\n | | now()'));
    expect(error).toBeInstanceOf(LanguageError);
    expect((error as LanguageError).diagnostics[0]?.line).toBeGreaterThan(0);
  });
});

describe('findUnmovableFunctions', () => {
  it('names stored functions that ask for the time, also when reached through others', () => {
    const functions = [
      { name: 'Recent', body: 'T | where TimeGenerated > ago(1d)' },
      { name: 'Through', body: '{ Recent | take 1 }' },
      { name: 'Still', body: "T | where Name == 'ago(1d)'" },
      { name: 'Unused', body: 'T | where TimeGenerated > now()' },
    ];
    expect(findUnmovableFunctions('Through() | join Still on Name', functions)).toEqual(['Recent']);
    expect(findUnmovableFunctions('Still', functions)).toEqual([]);
  });
});

describe('findClockWarnings', () => {
  it('names stored functions that ask for the time, and those whose text is not there', () => {
    const functions = [
      { name: 'Recent', parameters: '()', description: '', body: 'print x = 1, t = ago(1d)' },
      { name: 'Still', parameters: '(n: long)', description: '', body: 'print x = n' },
    ];
    const warnings = (kql: string) => findClockWarnings(kql, functions);
    const own = 'let own = (a: int) { a + 1 }; ';
    expect(warnings(`${own}Still(1) | extend y = own(2), z = strlen('a') | where x > 1 and x < toint(now())`)).toEqual(
      [],
    );
    expect(warnings('Recent() | join (Mine(2)) on x | union Mine(3)')).toEqual([
      expect.stringMatching(/^the stored function Recent asks for the time itself/),
      expect.stringMatching(/^the stored function Mine cannot be looked into/),
    ]);
    expect(warnings("_Im_Dns(starttime=ago(1h)) | join T on x | where y in ('Gone(1)') // Gone(2)")).toEqual([]);
  });

  it('has nothing to say about the rules that ship', async () => {
    for (const { query } of loadRules(await ownFiles()).rules) expect(findClockWarnings(query)).toEqual([]);
  });
});

function catchError(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
