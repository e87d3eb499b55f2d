import { describe, expect, it } from 'vitest';
import { parseRunRequest } from '../../../shared/runs/runRequest';

const NOW = new Date('2026-03-02T12:00:00Z');

describe('parseRunRequest', () => {
  it('takes each job with its own fields, times in UTC', () => {
    expect(
      parseRunRequest(
        { job: 'detect', rule: 'r', from: '2026-03-02T10:00:00+01:00', to: '2026-03-02T11:00:00Z', dryRun: true },
        NOW,
      ),
    ).toEqual({
      job: 'detect',
      rule: 'r',
      from: '2026-03-02T09:00:00.000Z',
      to: '2026-03-02T11:00:00.000Z',
      dryRun: true,
    });
    expect(
      parseRunRequest({ job: 'normalize', blob: 'acct1/cont-1/a/b c.json', allowLate: true, rule: null }, NOW),
    ).toEqual({ job: 'normalize', blob: 'acct1/cont-1/a/b c.json', allowLate: true });
    expect(parseRunRequest({ job: 'indicators' }, NOW)).toEqual({ job: 'indicators' });
    expect(parseRunRequest({ job: 'sweep' }, NOW)).toEqual({ job: 'sweep' });
  });

  it.each<[unknown, RegExp]>([
    ['text', /no JSON object/],
    [[], /no JSON object/],
    [{}, /job is missing/],
    [{ job: 'all' }, /job is "all"; it must be one of indicators, normalize, sweep, detect/],
    [{ job: 'detect' }, /detect needs from and to/],
    [{ job: 'normalize' }, /normalize needs blob, or from and to/],
    [{ job: 'normalize', blob: 'x' }, /blob must be account\/container\/name/],
    [{ job: 'sweep', blob: 'acct/cont/x' }, /blob does not apply to sweep/],
    [{ job: 'detect', from: '2026-03-02', to: '2026-03-02T11:00:00Z' }, /from must be an ISO 8601 time/],
    [{ job: 'detect', from: '2026-03-02T11:00:00Z', to: '2026-03-02T10:00:00Z' }, /from must lie before to/],
    [{ job: 'detect', from: '2026-03-02T11:00:00Z', to: '2026-03-02T13:00:00Z' }, /to lies in the future/],
    [{ job: 'detect', from: '2020-03-02T11:00:00Z', to: '2026-03-02T11:00:00Z' }, /longer than 92 days/],
    [{ job: 'detect', from: '2026-03-02T11:00:00Z' }, /from and to go together/],
    [{ job: 'sweep', dryRun: 'yes' }, /dryRun must be true or false/],
    [{ job: 'sweep', constructor: 1, other: 2 }, /"other" is no field/],
  ])('refuses %j', (body, message) => {
    expect(() => parseRunRequest(body, NOW)).toThrow(message);
  });

  it('names all mistakes at once', () => {
    expect(() => parseRunRequest({ job: 'detect', from: 'x', dryRun: 1, extra: true }, NOW)).toThrow(
      /from must be.*dryRun must be.*"extra" is no field/,
    );
  });
});
