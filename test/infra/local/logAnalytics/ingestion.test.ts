import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SAMPLE, startTestService, type TestService } from './service';

const NOW = '2026-03-02T10:00:00.000Z';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ settings: { clock: NOW } });
});
afterAll(() => service.close());

/** Every test names its rows, since all share the table. */
const stored = (text: string, columns: string) =>
  service.rows(`Sample_CL | where Text == '${text}' | project ${columns}`);

describe('what is refused', () => {
  const body = '[{"Text":"refused"}]';

  it('needs a bearer token', async () => {
    for (const authorization of ['', 'Basic eDp5', 'Bearer ']) {
      const { status, json } = await service.upload(body, { headers: { authorization } });
      expect([status, json.error.code]).toEqual([401, 'AuthenticationFailed']);
    }
  });

  it('knows one rule and its streams', async () => {
    expect((await service.upload(body, { rule: 'dcr-00000000000000000000000000000000' })).status).toBe(404);
    const { status, json } = await service.upload(body, { stream: 'Custom-Other_CL' });
    expect([status, json.error.code]).toEqual([400, 'InvalidStream']);
    expect((await service.upload(body, { stream: SAMPLE.table })).status).toBe(400);
  });

  it('needs the api-version', async () => {
    expect((await service.upload(body, { search: '' })).status).toBe(400);
    expect((await service.upload(body, { search: '?api-version=2023-01-01' })).status).toBe(204);
  });

  it('takes up to 1,048,576 bytes, packed and unpacked', async () => {
    const filled = (bytes: number) => `[{"Big":1,"Text":"limit"}${' '.repeat(bytes - 26)}]`;
    expect(filled(1000)).toHaveLength(1000);
    expect((await service.upload(filled(1_048_576))).status).toBe(204);
    expect((await service.upload(filled(1_048_576), { gzip: true })).status).toBe(204);
    const { status, json } = await service.upload(filled(1_048_577));
    expect([status, json.error.code]).toEqual([413, 'ContentLengthLimitExceeded']);
    expect((await service.upload(filled(1_048_577), { gzip: true })).status).toBe(413);
    expect(await stored('limit', 'Big')).toHaveLength(2);
  });

  it('reads gzip only where gzip is said', async () => {
    const { status, json } = await service.upload(body, { headers: { 'content-encoding': 'gzip' } });
    expect([status, json.error.code]).toEqual([400, 'InvalidContentEncoding']);
    expect((await service.upload(body, { headers: { 'content-encoding': 'br' } })).status).toBe(400);
  });

  it('answers an empty body with 500, as the service was seen to', async () => {
    expect((await service.upload('')).status).toBe(500);
  });

  it('stored nothing of all that', async () => {
    expect(await stored('refused', 'Text')).toEqual([['refused']]); // The one with the right api-version.
  });
});

describe('what is taken and lost', () => {
  const errors = async () => (await service.rows('DCRLogErrors | project InputStreamId, Message')).length;

  it.each([
    ['an object instead of an array', '{"Text":"lost"}'],
    ['text that is no JSON', 'Text=lost'],
    ['a JSON text', '"lost"'],
    ['a comma too many', '[{"Text":"lost"},]'],
    ['a value that only some parsers know', '[{"Text":"lost","Real":NaN}]'],
    ['a body that breaks off', '[{"Text":"lost"},{"Text":"lo'],
    ['brackets without end', '['.repeat(500_000)],
  ])('%s: 204, no row, an entry in DCRLogErrors', async (_, body) => {
    const before = await errors();
    expect((await service.upload(body)).status).toBe(204);
    expect(await stored('lost', 'Text')).toEqual([]);
    expect(await errors()).toBe(before + 1);
  });

  it('an empty array is nothing, and no error', async () => {
    const before = await errors();
    expect((await service.upload('[]')).status).toBe(204);
    expect(await errors()).toBe(before);
  });

  it('elements that are no objects are left out, their neighbours kept', async () => {
    const before = await errors();
    await service.uploadRows([
      { Text: 'neighbour', Big: 1 },
      5,
      'text',
      null,
      [{ Text: 'neighbour' }],
      { Text: 'neighbour', Big: 2 },
    ]);
    expect(await service.rows("Sample_CL | where Text == 'neighbour' | project Big | order by Big asc")).toEqual([
      [1],
      [2],
    ]);
    expect(await errors()).toBe(before + 1);
    expect(
      await service.rows(
        "DCRLogErrors | where Message == '4 elements of the array are no objects.' | project InputStreamId",
      ),
    ).toEqual([['Custom-Sample_CL']]);
  });
});

describe('values', () => {
  it('takes each type as it is, and fills in what is missing', async () => {
    const bag = { list: [1, 'two', null], inner: { x: 1.5 } };
    await service.uploadRows([
      {
        Text: 'whole',
        Small: -3,
        Big: 9007199254740991,
        Real: 0.25,
        Flag: true,
        Seen: '2020-01-02T03:04:05.1234567Z',
        Bag: bag,
      },
      { Text: 'bare' },
    ]);
    expect(await stored('whole', 'Small, Big, Real, Flag, Seen, Bag')).toEqual([
      [-3, 9007199254740991, 0.25, true, '2020-01-02T03:04:05.1234560Z', JSON.stringify(bag)],
    ]);
    expect(await stored('bare', 'Small, Big, Real, Flag, Seen, Bag')).toEqual([[null, null, null, null, null, null]]);
    await service.uploadRows([{ Big: 4711 }]);
    expect(await service.rows('Sample_CL | where Big == 4711 | project Text')).toEqual([['']]);
  });

  it('converts what has another type where that is possible, else makes it null', async () => {
    await service.uploadRows([
      {
        Text: 'convertible',
        Small: '12',
        Big: '-34',
        Real: '5.5',
        Flag: 'true',
        Seen: '2020-01-02T03:04:05+02:00',
        Bag: 'word',
      },
      { Text: 'hopeless', Small: 'x', Big: {}, Real: [], Flag: 'maybe', Seen: 'yesterday', Bag: null },
      { Text: 'outside', Small: 3_000_000_000, Big: 1e30, Seen: 12345 },
      { Text: 'times', Seen: 'infinity' },
    ]);
    expect(await stored('convertible', 'Small, Big, Real, Flag, Seen, Bag')).toEqual([
      [12, -34, 5.5, true, '2020-01-02T01:04:05.0000000Z', '"word"'],
    ]);
    expect(await stored('hopeless', 'Small, Big, Real, Flag, Seen, Bag')).toEqual([
      [null, null, null, null, null, null],
    ]);
    expect(await stored('outside', 'Small, Big, Seen')).toEqual([[null, null, null]]);
    expect(await stored('times', 'Seen')).toEqual([[null]]);
  });

  it('writes other types into a text column as text', async () => {
    await service.uploadRows([
      { Text: 12.5, Big: 501 },
      { Text: { a: 1 }, Big: 502 },
      { Text: true, Big: 503 },
      { Text: null, Big: 504 },
    ]);
    expect(
      await service.rows('Sample_CL | where Big > 500 | where Big < 505 | project Text | order by Text asc'),
    ).toEqual([[''], ['12.5'], ['true'], ['{"a":1}']]);
  });

  it('drops columns that the stream does not declare; names are case-sensitive', async () => {
    await service.uploadRows([{ Text: 'extra', text: 'lower', Unknown: 1, $arrived: '2000-01-01', TenantId: 'x' }]);
    expect(await stored('extra', 'Text, TenantId')).toEqual([['extra', '5f0c9d52-5d0b-4c46-9b5a-2f6c1f0a7e11']]);
    expect((await service.query('Sample_CL | project Unknown')).status).toBe(400);
  });

  it('cuts texts at 64 KB of UTF-8, not within a character', async () => {
    await service.uploadRows([
      { Text: 'a'.repeat(65_536), Big: 601 },
      { Text: 'b'.repeat(65_537), Big: 602 },
      { Text: `x${'ä'.repeat(40_000)}`, Big: 603 },
      { Text: `xy${'😀'.repeat(20_000)}`, Big: 604 },
    ]);
    const rows = await service.rows(
      'Sample_CL | where Big > 600 | where Big < 605 | project Big, Text | order by Big asc',
    );
    expect(rows.map(([, text]) => Buffer.byteLength(String(text)))).toEqual([65_536, 65_536, 65_535, 65_534]);
    expect(String(rows[3]?.[1])).toBe(`xy${'😀'.repeat(16_383)}`);
  });

  it.each([
    ['quotes', 'it\'s "quoted" `so`'],
    ['SQL', '\'); DROP TABLE rows."Sample_CL"; --'],
    ['parameters', '$1 ? :x {{y}} %s'],
    ['backslashes', 'C:\\temp\\"\\\\'],
    ['control characters', 'a\u0000b\u001b[2Jc\n\t'],
    ['emoji and right-to-left', '😀 \u202eevil'],
    ['half a surrogate pair, but for that', 'x\ud800y and \\ud800'],
  ])('keeps %s', async (_, hostile) => {
    const row = { Big: 700, Text: hostile, Bag: { [hostile]: hostile } };
    await service.uploadRows([row]);
    const expected = hostile.replace('\ud800', '\ufffd');
    const rows = await service.rows('Sample_CL | where Big == 700 | project Text, Bag');
    const found = rows.find(([text]) => text === expected);
    expect(JSON.parse(String(found?.[1]))).toEqual({ [expected]: expected });
  });
});

it('reads bytes that are no UTF-8 as replacement characters', async () => {
  const body = Buffer.from('[{"Text":"bytes?","Big":801}]');
  body[body.indexOf('?')] = 0xff;
  expect((await service.upload(body)).status).toBe(204);
  expect(await service.rows('Sample_CL | where Big == 801 | project Text')).toEqual([['bytes\ufffd']]);
});

it('keeps any text and any JSON value', async () => {
  const row = fc.record({
    Text: fc.string({ unit: 'binary', maxLength: 50 }),
    Bag: fc.jsonValue({ maxDepth: 4 }),
  });
  let round = 1_000_000;
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      const number = ++round;
      await service.uploadRows(rows.map((one, index) => ({ ...one, Big: number, Small: index })));
      const found = await service.rows(
        `Sample_CL | where Big == ${number} | project Small, Text, Bag | order by Small asc`,
      );
      const expected = JSON.parse(JSON.stringify(rows)) as { Text: string; Bag: unknown }[];
      expect(
        found.map(([, text, bag]) => ({ Text: text, Bag: bag === null ? null : JSON.parse(String(bag)) })),
      ).toEqual(expected);
    }),
    { numRuns: 30 },
  );
});

it('answers any body, and goes on', async () => {
  const piece = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    '"',
    ',',
    ':',
    '\\',
    '\\u',
    'null',
    'NaN',
    '1e999',
    '"Text"',
    '"TimeGenerated"',
    ' ',
    '-',
    '\u0000',
    '/*',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { minLength: 1, maxLength: 12 }), async (pieces) => {
      expect((await service.upload(`[{"Text":"fuzz"}${pieces.join('')}`)).status).toBe(204);
    }),
    { numRuns: 200 },
  );
  await service.uploadRows([{ Text: 'after the fuzz' }]);
  expect(await stored('after the fuzz', 'Text')).toHaveLength(1);
});

describe('times', () => {
  it('replaces a TimeGenerated that is missing, unreadable, over 2 days old or over 1 day ahead by the arrival time', async () => {
    const times: [given: string | undefined, kept: string][] = [
      [undefined, NOW],
      ['soon', NOW],
      ['2026-02-28T10:00:00Z', '2026-02-28T10:00:00.0000000Z'],
      ['2026-02-28T09:59:59.999Z', NOW],
      ['2026-03-03T10:00:00Z', '2026-03-03T10:00:00.0000000Z'],
      ['2026-03-03T10:00:00.001Z', NOW],
      ['2026-03-02T12:00:00+02:00', '2026-03-02T10:00:00.0000000Z'],
    ];
    await service.uploadRows(times.map(([given], index) => ({ Text: 'time', Big: index, TimeGenerated: given })));
    const rows = await service.rows("Sample_CL | where Text == 'time' | project Big, TimeGenerated | order by Big asc");
    expect(rows.map(([, time]) => time)).toEqual(times.map(([, kept]) => kept.replace('.000Z', '.0000000Z')));
  });

  it('keeps every event time with keepEventTimes', async () => {
    await service.settings({ keepEventTimes: true });
    await service.uploadRows([{ Text: 'kept', TimeGenerated: '2019-01-01T00:00:00Z' }, { Text: 'kept' }]);
    await service.settings({ keepEventTimes: false });
    expect(
      await service.rows("Sample_CL | where Text == 'kept' | project TimeGenerated | order by TimeGenerated asc"),
    ).toEqual([['2019-01-01T00:00:00.0000000Z'], ['2026-03-02T10:00:00.0000000Z']]);
  });

  it('dates the rows of a table, in their order', async () => {
    await service.settings({ datedTables: { Sample_CL: '2020-01-01T00:00:00Z' }, keepEventTimes: true });
    await service.uploadRows([
      { Text: 'dated', Big: 2, TimeGenerated: '2026-03-01T00:00:00Z' },
      { Text: 'dated', Big: 1, TimeGenerated: '2026-02-01T00:00:00Z' },
    ]);
    await service.settings({ datedTables: {}, keepEventTimes: false });
    const rows = await service.rows(
      "Sample_CL | where Text == 'dated' | project Big, TimeGenerated | order by TimeGenerated asc",
    );
    // 2,223 and 2,251 days after the date, divided by a million: 192.0672 and 194.4864 seconds.
    expect(rows).toEqual([
      [1, '2020-01-01T00:03:12.0672000Z'],
      [2, '2020-01-01T00:03:14.4864000Z'],
    ]);
  });

  it('knows when a row arrived, and hides it as long as it is told to', async () => {
    await service.settings({ visibleAfterMs: 600_000 });
    await service.uploadRows([{ Text: 'slow' }]);
    await service.settings({ visibleAfterMs: 0 });
    await service.uploadRows([{ Text: 'quick' }]);
    const arrivals = () =>
      service.rows(
        "Sample_CL | where Text in ('slow', 'quick') | project Text, Arrived = ingestion_time() | order by Text asc",
      );
    expect(await arrivals()).toEqual([['quick', '2026-03-02T10:00:00.0000000Z']]);
    await service.settings({ clock: '2026-03-02T10:09:59.999Z' });
    expect(await arrivals()).toHaveLength(1);
    await service.settings({ clock: '2026-03-02T10:10:00Z' });
    expect(await arrivals()).toEqual([
      ['quick', '2026-03-02T10:00:00.0000000Z'],
      ['slow', '2026-03-02T10:10:00.0000000Z'],
    ]);
    await service.settings({ clock: NOW });
  });
});

describe('the platform', () => {
  it('adds its own columns, but not over ours', async () => {
    await service.uploadRows([
      { Text: 'platform', Big: 1 },
      { Text: 'platform', Big: 2 },
    ]);
    const rows = await stored('platform', 'Type, TenantId, SourceSystem, _ResourceId, _ItemId');
    expect(rows.map((row) => row.slice(0, 4))).toEqual(
      Array(2).fill(['Sample_CL', '5f0c9d52-5d0b-4c46-9b5a-2f6c1f0a7e11', '', '']),
    );
    const ids = rows.map((row) => String(row[4]));
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});
