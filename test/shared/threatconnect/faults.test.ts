import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { PageFault } from '../../../infra/local/threatConnect';
import type { ThreatConnectSettings } from '../../../shared/config';
import { pullIndicators } from '../../../shared/threatconnect/pullIndicators';
import { ACCESS_ID, address, later, SECRET_KEY, type SetUp, setUp as start } from './setUp';

const running: SetUp[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map(({ server }) => server.close()));
});

async function setUp(settings?: Partial<ThreatConnectSettings>, count = 3): Promise<SetUp> {
  const indicators = Array.from({ length: count }, (_, n) =>
    address(1 + n, `198.18.${Math.floor(n / 250)}.${1 + (n % 250)}`),
  );
  const setup = await start(indicators, settings, { token: 'APIV2:1:good' });
  running.push(setup);
  return setup;
}

/** The fault, then health: whatever went wrong, the next run finds everything. */
async function expectRecovery(setup: SetUp, count = 3): Promise<void> {
  setup.faults.page = () => undefined;
  expect((await pullIndicators(setup.dependencies)).complete).toBe(true);
  expect(new Set(setup.sink.rows.map((row) => row.NetworkIP)).size).toBe(count);
}

describe('credentials', () => {
  it('are refused with the settings to check, after one more attempt', async () => {
    const setup = await setUp({ authentication: { kind: 'hmac', accessId: ACCESS_ID, secretKey: 'wrong-secret' } });
    await expect(pullIndicators(setup.dependencies)).rejects.toMatchObject({
      code: 'unauthorized',
      status: 401,
      message: expect.stringMatching(/Signature data did not match.*THREATCONNECT_SECRET_KEY/),
    });
    expect(setup.server.requests().map(({ status }) => status)).toEqual([401, 401]);
    setup.dependencies.settings.authentication = { kind: 'hmac', accessId: ACCESS_ID, secretKey: SECRET_KEY };
    await expectRecovery(setup);
  });

  it('of another user are refused', async () => {
    const setup = await setUp({ authentication: { kind: 'hmac', accessId: '1', secretKey: SECRET_KEY } });
    await expect(pullIndicators(setup.dependencies)).rejects.toThrow('Access Denied');
  });

  it('can be a token, which is refused when it is another', async () => {
    const setup = await setUp({ authentication: { kind: 'token', token: 'APIV2:1:good' } });
    expect((await pullIndicators(setup.dependencies)).counts.rows).toBe(3);
    setup.dependencies.settings.authentication = { kind: 'token', token: 'APIV2:1:expired' };
    await expect(pullIndicators(setup.dependencies)).rejects.toThrow(/Unauthorized.*THREATCONNECT_TOKEN/);
  });

  it('fail with a clock that is off, which is said with the difference', async () => {
    const setup = await setUp();
    setup.dependencies.clock.time = '2026-03-02T10:12:00Z';
    await expect(pullIndicators(setup.dependencies)).rejects.toThrow(
      'The clocks differ by 480 s (ours is behind); ThreatConnect accepts 5 minutes.',
    );
    setup.dependencies.clock.time = '2026-03-02T10:24:59Z';
    await expectRecovery(setup);
  });

  it('never show in messages or log lines', async () => {
    const setup = await setUp({ authentication: { kind: 'hmac', accessId: ACCESS_ID, secretKey: 'wrong-secret' } });
    const refused = await pullIndicators(setup.dependencies).catch((error: unknown) => error);
    await setup.server.close();
    running.splice(0);
    const unreachable = await pullIndicators(setup.dependencies).catch((error: unknown) => error);
    const shown = [refused, unreachable].map((error) => {
      const { message, stack, cause } = error as Error;
      return `${message} ${stack} ${JSON.stringify(cause)}`;
    });
    const text = [...shown, ...setup.dependencies.log.lines].join('\n');
    expect(text).toContain('ECONNREFUSED');
    for (const secret of ['wrong-secret', ACCESS_ID, 'Authorization', 'TC 1']) expect(text).not.toContain(secret);
  });

  it('are signed anew for every attempt', async () => {
    const setup = await setUp();
    setup.server.fail(500, 500);
    setup.dependencies.pause = async () => {
      // A long pause: the first signature is too old by now.
      const next = new Date(setup.dependencies.clock.now().getTime() + 200_000).toISOString();
      await later(setup, next);
    };
    expect((await pullIndicators(setup.dependencies)).counts.rows).toBe(3);
  });
});

describe('failures on the way', () => {
  it.each([500, 502, 504, 429])('%i is tried again', async (status) => {
    const setup = await setUp();
    setup.server.fail(status, status, status);
    expect((await pullIndicators(setup.dependencies)).counts.rows).toBe(3);
    expect(setup.pauses).toHaveLength(3);
    for (const [n, pause] of setup.pauses.entries()) {
      expect(pause).toBeGreaterThanOrEqual(500 * 2 ** n);
      expect(pause).toBeLessThanOrEqual(1500 * 2 ** n);
    }
  });

  it('obeys Retry-After, but not for hours', async () => {
    const setup = await setUp();
    const answers: PageFault[] = ['7', 'Mon, 02 Mar 2026 10:20:30 GMT', '99999'].map((retryAfter) => ({
      status: 429,
      body: '{"status":"Error","message":"slow down"}',
      headers: { 'Retry-After': retryAfter },
    }));
    setup.faults.page = () => answers.shift();
    await pullIndicators(setup.dependencies);
    expect(setup.pauses).toEqual([7000, 30_000, 60_000]);
  });

  it.each<[string, PageFault, string, RegExp]>([
    ['a cut connection', 'hangUp', 'unavailable', /gave no answer.*Check THREATCONNECT_URL/],
    [
      'JSON that is cut off',
      { status: 200, body: '{"status":"Success","data":[{"id":1' },
      'unavailable',
      /incomplete JSON/,
    ],
    [
      'a log-in page',
      { status: 200, body: '<!DOCTYPE html><html>Sign in</html>' },
      'refused',
      /web page.*Sign in.*must be the API itself/,
    ],
    ['a proxy’s refusal', { status: 403, body: '<html>Blocked</html>' }, 'refused', /web page/],
    [
      'a status of its own',
      { status: 200, body: '{"status":"Failure","message":"no"}' },
      'refused',
      /without success: no/,
    ],
    [
      'no licence',
      { status: 503, body: '{"status":"Error","message":"n/a"}' },
      'unavailable',
      /503: n\/a.*no API licence/,
    ],
    [
      'no access',
      { status: 403, body: '{"status":"Error","message":"Access Denied"}' },
      'unauthorized',
      /403: Access Denied/,
    ],
    ['a wrong path', { status: 404, body: '{}' }, 'notFound', /must end with \/api/],
    [
      'a redirect',
      { status: 302, body: '', headers: { Location: 'http://127.0.0.1:1/' } },
      'refused',
      /Redirects are not followed/,
    ],
    [
      'a refused query',
      { status: 400, body: '{"message":"bad TQL"}' },
      'refused',
      /400: bad TQL.*THREATCONNECT_FILTER/,
    ],
  ])('%s ends the run with its reason, and nothing is lost', async (_name, fault, code, message) => {
    const setup = await setUp();
    setup.faults.page = () => fault;
    await expect(pullIndicators(setup.dependencies)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    await expectRecovery(setup);
  });

  it('asks for smaller pages when the server cannot make large ones', async () => {
    const setup = await setUp({}, 600);
    const limits: number[] = [];
    setup.faults.page = (_number, target) => {
      const limit = Number(new URL(target, 'http://x').searchParams.get('resultLimit'));
      limits.push(limit);
      return limit > 250 ? { status: 500, body: '{"status":"Error","message":"timeout"}' } : undefined;
    };
    expect((await pullIndicators(setup.dependencies)).counts.rows).toBe(600);
    expect([...new Set(limits)]).toEqual([1000, 500, 250]);
  });

  it('ends when even small pages fail', async () => {
    const setup = await setUp({}, 600);
    setup.faults.page = () => ({ status: 500, body: 'x'.repeat(5000) });
    const error = await pullIndicators(setup.dependencies).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: 'unavailable', status: 500 });
    expect((error as Error).message.length).toBeLessThan(500);
    await expectRecovery(setup, 600);
  });

  it('does not walk in circles when the server ignores the order', async () => {
    const setup = await setUp({}, 3);
    const same = JSON.stringify({ status: 'Success', data: [address(1, '198.18.0.1')], next: 'http://elsewhere/' });
    setup.faults.page = () => ({ status: 200, body: same });
    await expect(pullIndicators(setup.dependencies)).rejects.toThrow('cannot be walked by id: it sent id 1');
    const nameless = JSON.stringify({ status: 'Success', data: [{ id: 'x' }] });
    setup.faults.page = () => ({ status: 200, body: nameless });
    await expect(pullIndicators(setup.dependencies)).rejects.toThrow('no indicator of a whole page has a numeric id');
  });

  it('goes on while the server says that there is more, though its pages are shorter than asked for', async () => {
    const setup = await setUp({}, 10);
    const page = (ids: number[], more: object): PageFault => ({
      status: 200,
      body: JSON.stringify({ status: 'Success', data: ids.map((id) => address(id, `198.18.0.${id}`)), ...more }),
    });
    const pages = [
      page([1, 2], { next: 'http://elsewhere/' }),
      page([3, 4], { next: 'http://elsewhere/' }),
      page([5], {}),
    ];
    setup.faults.page = () => pages.shift();
    expect((await pullIndicators(setup.dependencies)).counts.rows).toBe(5);
    expect(setup.server.requests().filter(({ target }) => target.includes('indicators'))).toHaveLength(3);
  });

  it('does not take an answer of any size', async () => {
    const filler = Buffer.alloc(1024 * 1024, 0x20);
    let sent = 0;
    const server = createServer((_request, response) => {
      const write = (): void => {
        while (sent < 80 && !response.destroyed) {
          sent++;
          if (!response.write(filler)) return void response.once('drain', write);
        }
        response.end();
      };
      write();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const setup = await setUp({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api` });
    try {
      await expect(pullIndicators(setup.dependencies)).rejects.toMatchObject({ code: 'limit', status: 413 });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('settings', () => {
  it('with a filter that does not close its brackets are refused before anything is asked', async () => {
    const setup = await setUp({ filter: 'rating > 1) or (rating > 0' });
    await expect(pullIndicators(setup.dependencies)).rejects.toMatchObject({ code: 'configuration' });
    expect(setup.server.requests().some(({ target }) => target.includes('indicators'))).toBe(false);
  });

  it('with more owners than a query holds say so', async () => {
    const owners = Array.from({ length: 300 }, (_, n) => `Community of a rather long name ${n}`);
    const indicators = owners.map((ownerName, n) => address(n + 1, '203.0.113.1', { ownerId: n, ownerName }));
    const setup = await start(indicators, { owners });
    running.push(setup);
    await expect(pullIndicators(setup.dependencies)).rejects.toThrow(/THREATCONNECT_OWNERS.*Name fewer owners/);
  });
});
