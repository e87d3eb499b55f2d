/** The row sink against a real socket: what each answer of the service leads to, and that no row is lost or counted twice. */
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRowSink, type RowSinkOptions } from '../../../shared/azure/ingestion';
import { retryAfter } from '../../../shared/azure/ingestionAnswer';
import { createLoopbackClient } from '../../../shared/azure/loopback';
import type { FlowtrapError } from '../../../shared/errors';
import type { RowSink } from '../../../shared/ports';
import { RowBatch } from '../../../shared/rowBatch';
import { MemoryLog } from '../../support/memoryPorts';
import { CREDENTIAL, type IngestionServer, refuse, startIngestionServer } from './ingestionServer';

let service: IngestionServer;
let rule = 0;

beforeEach(async () => {
  service = await startIngestionServer();
  rule++;
});
afterEach(() => service.close());

function sink(options: Partial<RowSinkOptions> = {}): RowSink {
  return createRowSink({
    endpoint: 'https://test.ingest.monitor.azure.com',
    ruleId: `dcr-${String(rule).padStart(32, '0')}`,
    stream: 'Custom-Test',
    credential: CREDENTIAL,
    httpClient: createLoopbackClient(service.url),
    log: new MemoryLog(),
    firstPause: 2,
    patience: 5000,
    ...options,
  });
}

function batch(...ids: number[]): RowBatch {
  const made = new RowBatch();
  for (const id of ids) made.add(JSON.stringify({ id }));
  return made;
}

const stored = () => service.rows.map((row) => row.id);

async function failure(promise: Promise<unknown>): Promise<FlowtrapError> {
  return promise.then(
    () => expect.fail('it should have failed'),
    (error) => error as FlowtrapError,
  );
}

/** Answers the first requests by these, then accepts. */
function first(...faults: NonNullable<IngestionServer['fault']>[]): void {
  let count = 0;
  service.fault = (request, response) => faults[count++]?.(request, response) ?? false;
}

describe('an accepted batch', () => {
  it('is one gzip request of a JSON array with a bearer token', async () => {
    expect(await sink().upload(batch(1, 2, 3))).toEqual({ accepted: 3, refused: [] });
    const [request] = service.requests;
    expect(service.requests).toHaveLength(1);
    expect(request?.path).toBe(
      `/dataCollectionRules/dcr-${String(rule).padStart(32, '0')}/streams/Custom-Test?api-version=2023-01-01`,
    );
    expect(request?.headers).toMatchObject({
      authorization: 'Bearer test',
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    expect(gunzipSync(request?.body ?? '').toString()).toBe('[{"id":1},{"id":2},{"id":3}]');
  });

  it('sends nothing for no rows', async () => {
    expect(await sink().upload(new RowBatch())).toEqual({ accepted: 0, refused: [] });
    expect(service.requests).toHaveLength(0);
  });
});

describe('a passing failure', () => {
  it.each([
    ['429 without Retry-After', 429],
    ['408', 408],
    ['500', 500],
    ['502', 502],
    ['503', 503],
    ['504', 504],
  ])('%s is tried again with the same bytes', async (_name, status) => {
    first((_request, response) => refuse(response, status));
    expect(await sink().upload(batch(1, 2))).toEqual({ accepted: 2, refused: [] });
    expect(stored()).toEqual([1, 2]);
    expect(service.requests[1]?.body.equals(service.requests[0]?.body ?? Buffer.alloc(0))).toBe(true);
  });

  it('waits at least as long as Retry-After says, for every sink of the rule', async () => {
    first((_request, response) => refuse(response, 429, 'TooManyRequests', 'slow down', { 'retry-after': '1' }));
    const times: number[] = [];
    const inner = service.fault;
    service.fault = (request, response) => {
      times.push(Date.now());
      return inner?.(request, response) ?? false;
    };
    const [a, b] = [sink(), sink()];
    const slow = a.upload(batch(1));
    while (times.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await b.upload(batch(2));
    await slow;
    expect(Math.min(...times.slice(1)) - (times[0] ?? 0)).toBeGreaterThanOrEqual(990);
    expect(stored().sort()).toEqual([1, 2]);
  });

  it('gives up at once, saying how long, when the service asks for more time than there is', async () => {
    service.fault = (_request, response) => refuse(response, 429, '', '', { 'retry-after': '600' });
    const error = await failure(sink().upload(batch(1)));
    expect(error).toMatchObject({ code: 'unavailable' });
    expect(error.message).toContain('600 s');
    expect(service.requests).toHaveLength(1);
  });

  it('is given up after the patience, naming what the service said', async () => {
    service.fault = (_request, response) => refuse(response, 503, 'Busy', 'try later');
    const error = await failure(sink({ patience: 100 }).upload(batch(1)));
    expect(error).toMatchObject({ code: 'unavailable', retryable: true });
    expect(error.message).toContain('status 503: Busy try later');
  });

  it('a connection reset after the body was taken leads to a second copy, not to a loss', async () => {
    first((request, response) => {
      service.rows.push(...request.rows);
      response.destroy();
      return true;
    });
    expect(await sink().upload(batch(7))).toEqual({ accepted: 1, refused: [] });
    expect(stored()).toEqual([7, 7]);
  });

  it('a server that never answers is left and asked again', async () => {
    first(() => true);
    expect(await sink({ requestTimeout: 1000 }).upload(batch(1))).toEqual({ accepted: 1, refused: [] });
    expect(stored()).toEqual([1]);
  });

  it('an endpoint that is not there is unavailable', async () => {
    const httpClient = createLoopbackClient('http://127.0.0.1:1');
    expect(await failure(sink({ httpClient, patience: 50 }).upload(batch(1)))).toMatchObject({ code: 'unavailable' });
  });
});

describe('too large', () => {
  it('413 is halved until it fits; a row that fits nowhere is refused alone', async () => {
    service.fault = (request, response) =>
      (request.rows.length > 2 || request.rows.some((row) => row.id === 5)) &&
      refuse(response, 413, 'ContentLengthLimitExceeded', 'too large');
    const outcome = await sink().upload(batch(1, 2, 3, 4, 5, 6, 7));
    expect(outcome.accepted).toBe(6);
    expect(outcome.refused).toEqual([{ index: 4, reason: '413 ContentLengthLimitExceeded too large' }]);
    expect(stored()).toEqual([1, 2, 3, 4, 6, 7]);
  });

  it('a connection that is closed each time is taken for it', async () => {
    service.fault = (request, response) => {
      if (request.rows.length <= 2) return false;
      response.destroy();
      return true;
    };
    expect(await sink().upload(batch(1, 2, 3, 4))).toEqual({ accepted: 4, refused: [] });
    expect(stored()).toEqual([1, 2, 3, 4]);
  });
});

describe('400', () => {
  it('leads to the poison rows alone; their neighbours are stored once', async () => {
    const poison = new Set<unknown>([0, 13, 14, 99]);
    service.fault = (request, response) =>
      request.rows.some((row) => poison.has(row.id)) && refuse(response, 400, 'InvalidPayload', 'bad row');
    const ids = Array.from({ length: 100 }, (_, id) => id);
    const outcome = await sink().upload(batch(...ids));
    expect(outcome.refused).toEqual([0, 13, 14, 99].map((index) => ({ index, reason: '400 InvalidPayload bad row' })));
    expect(outcome.accepted).toBe(96);
    expect(stored()).toEqual(ids.filter((id) => !poison.has(id)));
  });

  it('of every row is the rule’s fault: nothing is thrown away', async () => {
    service.fault = (_request, response) => refuse(response, 400, 'Strange', 'no');
    const error = await failure(sink().upload(batch(...Array.from({ length: 64 }, (_, id) => id))));
    expect(error).toMatchObject({ code: 'configuration' });
    expect(error.message).toContain('INGESTION_RULE_ID');
  });

  it('InvalidStream is a configuration error', async () => {
    service.fault = (_request, response) => refuse(response, 400, 'InvalidStream', 'no such stream');
    expect(await failure(sink().upload(batch(1)))).toMatchObject({ code: 'configuration' });
    expect(service.requests).toHaveLength(1);
  });
});

describe('refused for good', () => {
  it.each([
    [401, 'unauthorized', 'AZURE_CLIENT_ID'],
    [403, 'unauthorized', 'Monitoring Metrics Publisher'],
    [404, 'configuration', 'INGESTION_ENDPOINT'],
    [302, 'configuration', 'INGESTION_ENDPOINT'],
    [200, 'configuration', 'INGESTION_ENDPOINT'],
  ])('%i is %s and names the fix', async (status, code, fix) => {
    service.fault = (_request, response) =>
      refuse(response, status, 'Code', 'said', { location: 'http://127.0.0.1:1/' });
    const error = await failure(sink().upload(batch(1)));
    expect(error).toMatchObject({ code, subject: 'stream Custom-Test' });
    expect(error.message).toContain(fix);
    expect(stored()).toEqual([]);
  });

  it('401 is tried once more with a new token', async () => {
    let tokens = 0;
    const credential = {
      getToken: async () => ({ token: `t${++tokens}`, expiresOnTimestamp: Date.now() + 3_600_000 }),
    };
    first((_request, response) => refuse(response, 401));
    expect(await sink({ credential }).upload(batch(1))).toEqual({ accepted: 1, refused: [] });
    expect(service.requests.map((request) => request.headers.authorization)).toEqual(['Bearer t1', 'Bearer t2']);
  });

  it('a claims challenge is answered with the same bytes', async () => {
    const claims = Buffer.from('{"access_token":{}}').toString('base64');
    first((_request, response) =>
      refuse(response, 401, '', '', { 'www-authenticate': `Bearer error="insufficient_claims", claims="${claims}"` }),
    );
    expect(await sink().upload(batch(1, 2))).toEqual({ accepted: 2, refused: [] });
    const [one, two] = service.requests;
    expect(two?.body.equals(one?.body ?? Buffer.alloc(0))).toBe(true);
    expect(two?.headers['content-length']).toBe(String(two?.body.length));
  });

  it('no identity names AZURE_CLIENT_ID', async () => {
    const credential = {
      getToken: async () => {
        throw Object.assign(new Error('no managed identity'), { name: 'CredentialUnavailableError' });
      },
    };
    const error = await failure(sink({ credential }).upload(batch(1)));
    expect(error).toMatchObject({ code: 'unauthorized' });
    expect(error.message).toContain('AZURE_CLIENT_ID');
  });
});

describe('Retry-After', () => {
  const of = (headers: Record<string, string>) => retryAfter((name) => headers[name]);
  it('is seconds, a date against the answer’s own date, or milliseconds', () => {
    expect(of({})).toBeUndefined();
    expect(of({ 'retry-after': '30' })).toBe(30_000);
    expect(of({ 'retry-after': 'Sun, 01 Mar 2026 10:00:30 GMT', date: 'Sun, 01 Mar 2026 10:00:00 GMT' })).toBe(30_000);
    expect(of({ 'retry-after': 'Sun, 01 Mar 2026 09:00:00 GMT', date: 'Sun, 01 Mar 2026 10:00:00 GMT' })).toBe(0);
    expect(of({ 'retry-after-ms': '250', 'retry-after': '30' })).toBe(250);
    expect(of({ 'retry-after': 'soon' })).toBeUndefined();
  });
});

describe('the loopback transport', () => {
  it('refuses an address elsewhere', () => {
    for (const target of ['https://example.com', 'http://10.0.0.1:80', 'nonsense', 'http://127.0.0.1.example.com'])
      expect(() => createLoopbackClient(target)).toThrow(/not a loopback address/);
  });
});
