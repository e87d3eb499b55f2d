/** The SDK's own clients, as production uses them: https addresses mapped to loopback by an httpClient. */

import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import type { TokenCredential } from '@azure/identity';
import { LogsIngestionClient } from '@azure/monitor-ingestion';
import { LogsQueryClient, LogsQueryResultStatus } from '@azure/monitor-query';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RULE, SAMPLE, startTestService, type TestService, WORKSPACE } from './service';

let service: TestService;
let httpClient: HttpClient;
beforeAll(async () => {
  service = await startTestService({ tokenCheck: 'audience', resultRows: 1000 });
  const inner = createDefaultHttpClient();
  httpClient = {
    async sendRequest(request) {
      const url = new URL(request.url);
      const asked = request.url;
      request.url = service.url + url.pathname + url.search;
      request.allowInsecureConnection = true;
      try {
        return await inner.sendRequest(request);
      } finally {
        request.url = asked;
      }
    },
  };
});
afterAll(() => service.close());

/** An unsigned token for whatever audience the client asks for. */
function credential(change: { readonly audience?: string; readonly lifetime?: number } = {}): TokenCredential {
  return {
    async getToken(scopes) {
      const audience = change.audience ?? String([scopes].flat()[0]).replace(/\/\.default$/, '');
      const expires = Math.floor(Date.now() / 1000) + (change.lifetime ?? 3600);
      const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
      return {
        token: `${part({ alg: 'none' })}.${part({ aud: audience, exp: expires })}.`,
        expiresOnTimestamp: Date.now() + 3_600_000,
      };
    },
  };
}

const ingestion = (token = credential()) =>
  new LogsIngestionClient('https://local.ingest.monitor.azure.com', token, { httpClient });
const queries = (token = credential()) => new LogsQueryClient(token, { httpClient, retryOptions: { maxRetries: 0 } });

describe('@azure/monitor-ingestion and @azure/monitor-query', () => {
  it('upload and read back', async () => {
    const rows = Array.from({ length: 3000 }, (_, index) => ({
      TimeGenerated: new Date(),
      Text: `row ${index} ${'x'.repeat(500)}`,
      Big: index,
      Bag: { index },
    }));
    await ingestion().upload(RULE, SAMPLE.stream, rows);
    const result = await queries().queryWorkspace(
      WORKSPACE,
      'Sample_CL | where Big == 17 | project TimeGenerated, Big, Bag, Type',
      {
        duration: 'P1D',
      },
    );
    expect(result.status).toBe(LogsQueryResultStatus.Success);
    if (result.status !== LogsQueryResultStatus.Success) return;
    const [time, big, bag, type] = result.tables[0]?.rows[0] ?? [];
    expect([big, bag, type]).toEqual([17, { index: 17 }, 'Sample_CL']);
    expect(Math.abs(Number(time) - Date.now())).toBeLessThan(60_000);
    const { requests } = (await service.admin('GET', 'requests')).json;
    // 1.6 MB in chunks below 1 MB.
    expect(
      requests
        .filter(({ status }) => status === 204)
        .map(({ rows: count }) => count)
        .reduce((sum, count) => sum + count, 0),
    ).toBe(3000);
  });

  it('see errors and partial results as those of the service', async () => {
    const failed = queries().queryWorkspace(WORKSPACE, 'Nowhere_CL | count', { duration: 'P1D' });
    await expect(failed).rejects.toMatchObject({ statusCode: 400, code: 'BadArgumentError' });
    const partial = await queries().queryWorkspace(WORKSPACE, 'Sample_CL | project Big', { duration: 'P1D' });
    expect(partial.status).toBe(LogsQueryResultStatus.PartialFailure);
    const refused = ingestion().upload(RULE, 'Custom-Nope', [{ Text: 'x' }]);
    await expect(refused).rejects.toMatchObject({ errors: [{ cause: { statusCode: 400, code: 'InvalidStream' } }] });
  });

  it('are turned away with a token for something else, or an old one', async () => {
    const foreign = credential({ audience: 'https://management.azure.com' });
    await expect(queries(foreign).queryWorkspace(WORKSPACE, 'print 1', { duration: 'P1D' })).rejects.toMatchObject({
      statusCode: 403,
      code: 'InvalidAuthenticationTokenAudience',
    });
    await expect(ingestion(foreign).upload(RULE, SAMPLE.stream, [{ Text: 'x' }])).rejects.toMatchObject({
      errors: [{ cause: { statusCode: 401 } }],
    });
    await expect(
      queries(credential({ lifetime: -5 })).queryWorkspace(WORKSPACE, 'print 1', { duration: 'P1D' }),
    ).rejects.toMatchObject({
      statusCode: 403,
      code: 'InvalidTokenError',
    });
  });
});
