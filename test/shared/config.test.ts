import { describe, expect, it } from 'vitest';
import { isLoopback, need, readConfig } from '../../shared/config';
import { SETTINGS } from '../../shared/settings';

const GOOD = {
  AzureWebJobsStorage__accountName: 'flowtrapstore',
  FLOW_CONTAINERS:
    '[{"account":"logs01","container":"insights-logs-flowlogflowevent","prefix":"flowLogResourceID="},{"account":"logs02","container":"cef-logs","source":"paloAltoPanOs"}]',
  INGESTION_ENDPOINT: 'https://dcr-x.westeurope-1.ingest.monitor.azure.com/',
  INGESTION_RULE_ID: 'dcr-0123456789abcdef0123456789abcdef',
  LOG_ANALYTICS_WORKSPACE_ID: '11111111-2222-3333-4444-555555555555',
  SENTINEL_WORKSPACE: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law-1',
  THREATCONNECT_URL: 'https://app.threatconnect.com/api/',
  THREATCONNECT_ACCESS_ID: '12345678901234567890',
  THREATCONNECT_SECRET_KEY: 'a-very-secret-value',
};

describe('readConfig', () => {
  it('types a good environment and fills in the defaults', () => {
    const config = readConfig(GOOD);
    expect(config.problems).toEqual([]);
    expect(need(config.storage)).toEqual({
      connection: { kind: 'identity', account: 'flowtrapstore' },
      clientId: undefined,
      blobQueue: 'flowtrap-blobs',
      runQueue: 'flowtrap-runs',
    });
    expect(need(config.flows).containers[1]).toEqual({
      account: 'logs02',
      container: 'cef-logs',
      prefix: '',
      source: 'paloAltoPanOs',
    });
    expect(need(config.flows).internalNetworks.contains('10.1.2.3')).toBe(true);
    expect(need(config.flows).internalNetworks.contains('8.8.8.8')).toBe(false);
    expect(need(config.ingestion).endpoint).toBe('https://dcr-x.westeurope-1.ingest.monitor.azure.com');
    expect(need(config.threatConnect).url).toBe('https://app.threatconnect.com/api');
    expect(need(config.detection).delay).toBe(15 * 60 * 1000);
    expect(config.schedules.detect).toBe('30 */5 * * * *');
  });

  it('reports every problem at once, by setting, with the expected form', () => {
    const config = readConfig({
      FLOW_CONTAINERS: '[{"account":"logs01","container":"flowtrap-state"}]',
      INGESTION_ENDPOINT: 'http://example.net',
      INGESTION_RULE_ID: 'rule',
      SENTINEL_WORKSPACE: 'law',
      THREATCONNECT_URL: 'https://user:pass@host/api',
      THREATCONNECT_ACCESS_ID: '1',
      DETECT_DELAY: 'soon',
      DETECT_SCHEDULE: 'every minute',
      LOCAL_QUERY_URL: 'https://example.net',
    });
    const bySetting = Object.fromEntries(config.problems.map((p) => [p.setting, p.problem]));
    expect(Object.keys(bySetting).sort()).toEqual([
      'AzureWebJobsStorage__accountName',
      'DETECT_DELAY',
      'DETECT_SCHEDULE',
      'FLOW_CONTAINERS',
      'INGESTION_ENDPOINT',
      'INGESTION_RULE_ID',
      'LOCAL_QUERY_URL',
      'LOG_ANALYTICS_WORKSPACE_ID',
      'SENTINEL_WORKSPACE',
      'THREATCONNECT_SECRET_KEY',
      'THREATCONNECT_URL',
    ]);
    expect(bySetting.FLOW_CONTAINERS).toContain('flowtrap-state is a container of the app itself');
    expect(bySetting.DETECT_DELAY).toContain('expected a duration such as 15m');
    expect(() => need(config.ingestion)).toThrow(/INGESTION_ENDPOINT: .*INGESTION_RULE_ID: /);
  });

  it('keeps the triggers usable whatever the environment: a wrong schedule falls back to its default', () => {
    const config = readConfig({ DETECT_SCHEDULE: '0 0 32 * * *', BLOB_QUEUE: 'No Queue' });
    expect(config.schedules.detect).toBe(SETTINGS.DETECT_SCHEDULE.default);
    expect(config.queues.blobs).toBe('flowtrap-blobs');
  });

  it('never prints a secret', () => {
    const config = readConfig({
      ...GOOD,
      THREATCONNECT_TOKEN: 'tok en-that-is-secret',
      AzureWebJobsStorage: 'secret-connection-text',
    });
    expect(config.problems.length).toBeGreaterThan(0);
    expect(JSON.stringify(config.problems)).not.toMatch(/secret-connection|tok en|a-very-secret/);
  });

  it('wants a token or an access id with its key, not both', () => {
    const both = readConfig({ ...GOOD, THREATCONNECT_TOKEN: 'APIV2:1' });
    expect(both.problems.map((p) => p.setting)).toEqual(['THREATCONNECT_TOKEN']);
    const { THREATCONNECT_ACCESS_ID: _a, THREATCONNECT_SECRET_KEY: _s, ...without } = GOOD;
    expect(need(readConfig({ ...without, THREATCONNECT_TOKEN: 'APIV2:1' }).threatConnect).authentication).toEqual({
      kind: 'token',
      token: 'APIV2:1',
    });
  });

  it('allows plain http on this machine only', () => {
    expect(readConfig({ ...GOOD, THREATCONNECT_URL: 'http://127.0.0.1:17415/api' }).problems).toEqual([]);
    expect(readConfig({ ...GOOD, THREATCONNECT_URL: 'http://127.0.0.1.example.net/api' }).problems).toHaveLength(1);
    expect(isLoopback('127.0.0.1.example.net')).toBe(false);
  });
});
