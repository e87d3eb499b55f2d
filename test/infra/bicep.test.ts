/**
 * The deployment, compiled and evaluated without Azure: roles, streams, queues, containers, events and settings are those that
 * the code works by. Skipped where there is neither a Bicep compiler nor the .NET SDK to fetch one with.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { build, lint, type PredictedResource, predict, unformatted } from '../../infra/check/check';
import { findCompiler, isRecent, NO_COMPILER } from '../../infra/check/compiler';
import { TABLES } from '../../infra/generate/streams';
import { DEAD_LETTER_CONTAINER } from '../../shared/azure/deadLetters';
import { STATE_CONTAINER } from '../../shared/azure/state';
import { readConfig } from '../../shared/config';
import { checkpointKey } from '../../shared/flows/checkpoint';
import { SETTINGS, type Setting } from '../../shared/settings';

const ROOT = join(__dirname, '../..');
const compiler = findCompiler(ROOT);
const HOME = '11111111-1111-1111-1111-111111111111';
const GUID = '44444444-4444-4444-4444-444444444444';

const folder = mkdtempSync(join(tmpdir(), 'flowtrap-bicep-test-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const path of ['infra/main.bicep', 'infra/main.bicepparam', 'infra/modules', 'infra/bicepconfig.json'])
  cpSync(join(ROOT, path), join(folder, path), { recursive: true });
cpSync(join(ROOT, 'shared/azure/streams.json'), join(folder, 'shared/azure/streams.json'));
cpSync(join(__dirname, 'bicep'), join(folder, 'test/infra/bicep'), { recursive: true });

const cache = new Map<string, Deployment>();

/** What a parameter file of test/infra/bicep would make, evaluated once. */
function deployment(name: string): Deployment {
  const known = cache.get(name);
  if (known !== undefined) return known;
  const made = new Deployment(
    predict(compiler ?? '', join(folder, `${name}.bicepparam`), {
      subscription: HOME,
      resourceGroup: 'flowtrap',
      location: 'westeurope',
    }),
  );
  cache.set(name, made);
  return made;
}

class Deployment {
  constructor(readonly resources: readonly PredictedResource[]) {}

  of(type: string): { readonly name: string; readonly id: string; readonly properties: Record<string, unknown> }[] {
    return this.resources
      .filter((resource) => resource.type === type)
      .map((resource) => ({ ...resource, properties: (resource.properties ?? {}) as Record<string, unknown> }));
  }

  one(type: string): { readonly name: string; readonly id: string; readonly properties: Record<string, unknown> } {
    const found = this.of(type);
    expect(found, type).toHaveLength(1);
    return found[0] ?? { name: '', id: '', properties: {} };
  }

  /** Last parts of the names of all resources of a type, in order. */
  names(type: string): string[] {
    return this.of(type)
      .map(({ name }) => name.split('/').at(-1) ?? '')
      .sort();
  }

  settings(): Record<string, string> {
    return this.one('Microsoft.Web/sites/config').properties as Record<string, string>;
  }

  /** Every role assignment as `who: role on scope`, in order. */
  roles(): string[] {
    return this.of('Microsoft.Authorization/roleAssignments')
      .map(({ id, properties }) => {
        const who = lastPart(/reference\('([^']+)'/.exec(String(properties.principalId))?.[1]);
        const role = lastPart(String(properties.roleDefinitionId));
        expect(properties.principalType).toBe('ServicePrincipal');
        return `${who}: ${ROLES[role] ?? role} on ${scopeOf(id)}`;
      })
      .sort();
  }
}

const ROLES: Readonly<Record<string, string>> = {
  'b7e6dc6d-f1e8-4753-8033-0f276bb0955b': 'Storage Blob Data Owner',
  'ba92f5b4-2d11-453d-a403-e96b0029c9fe': 'Storage Blob Data Contributor',
  '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1': 'Storage Blob Data Reader',
  '974c5e8b-45b9-4653-ba55-5f855dd0fb88': 'Storage Queue Data Contributor',
  'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a': 'Storage Queue Data Message Sender',
  '3913510d-42f4-4e42-8a64-420c390055eb': 'Monitoring Metrics Publisher',
  '73c42c96-874c-492b-b04d-ab87d138a893': 'Log Analytics Reader',
  '3e150937-b8fe-4cfb-8069-0eaf05ecd056': 'Microsoft Sentinel Responder',
  '4633458b-17de-408a-b874-0445c86b69e6': 'Key Vault Secrets User',
};

function lastPart(path: string | undefined): string {
  return path?.split('/').at(-1) ?? '';
}

/** What a role assignment is for: the end of the resource's id, from its type on. */
function scopeOf(id: string): string {
  const group = /resourceId\('([^']+)', '([^']+)', 'Microsoft\.Authorization/.exec(id);
  const scope =
    /^\[extensionResourceId\('([^']+)'/.exec(id)?.[1] ??
    (group ? `/resourceGroups/${group[2]}` : undefined) ??
    id.split('/providers/Microsoft.Authorization')[0] ??
    '';
  return (
    scope
      .split('/providers/')
      .at(-1)
      ?.replace(/^.*(?=\/resourceGroups\/)/, '') ?? ''
  );
}

/** App settings as they would arrive: expressions that only Azure can work out become values of the right form. */
function resolved(settings: Readonly<Record<string, string>>): Record<string, string> {
  const forms: readonly [RegExp, string][] = [
    [/logsIngestion\)?\]$/, 'https://rule-a1b2.westeurope-1.ingest.monitor.azure.com'],
    [/immutableId\)?\]$/, `dcr-${'0'.repeat(32)}`],
    [/(clientId|customerId)\)?\]$/, GUID],
  ];
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, forms.find(([form]) => form.test(value))?.[1] ?? value]),
  );
}

const PLATFORM = ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'];
const DEPLOYED = Object.entries(SETTINGS as Readonly<Record<string, Setting>>)
  .filter(([, setting]) => !setting.localOnly)
  .map(([name]) => name);

it('takes only compilers that know every command we use', () => {
  expect(isRecent('Bicep CLI version 0.49.2 (b34271ac51)')).toBe(true);
  expect(isRecent('Bicep CLI version 1.0.0 (b34271ac51)')).toBe(true);
  expect(isRecent('Bicep CLI version 0.48.9 (b34271ac51)')).toBe(false);
  expect(isRecent('command not found')).toBe(false);
});

const TITLE = compiler === undefined ? `deployment: ${NO_COMPILER}` : 'deployment';

describe.skipIf(compiler === undefined)(TITLE, { timeout: 180_000 }, () => {
  it('compiles without a warning', () => {
    expect(lint(compiler ?? '', join(folder, 'infra/main.bicep'))).toEqual([]);
    expect(build(compiler ?? '', join(folder, 'infra/main.bicep'))).toHaveProperty('resources');
  });

  it('a warning would be seen', () => {
    const file = join(folder, 'bad.bicep');
    writeFileSync(
      file,
      "resource a 'Microsoft.Storage/storageAccounts@2024-01-01' = {\n  name: 'abc'\n  location: 'westeurope'\n  kind: 'StorageV2'\n  sku: { name: 'Standard_LRS' }\n  properties: { allowSharedKeys: false }\n}\n",
    );
    expect(lint(compiler ?? '', file).join('\n')).toMatch(/BCP037.*allowSharedKeys/);
  });

  it('is laid out as the formatter does', () => {
    expect(unformatted(compiler ?? '', join(ROOT, 'infra'))).toEqual([]);
    writeFileSync(join(folder, 'bad.bicep'), 'param   a string\noutput b string=a\n');
    expect(unformatted(compiler ?? '', folder)).toContain('bad.bicep');
  });

  it('evaluates the example that users copy', () => {
    expect(deployment('infra/main').of('Microsoft.Web/sites')).toHaveLength(1);
  });

  it('makes the queues and containers that the code uses', () => {
    const small = deployment('test/infra/bicep/smallest');
    expect(small.names('Microsoft.Storage/storageAccounts/queueServices/queues')).toEqual([
      SETTINGS.BLOB_QUEUE.default,
      `${SETTINGS.BLOB_QUEUE.default}-poison`,
      SETTINGS.RUN_QUEUE.default,
      `${SETTINGS.RUN_QUEUE.default}-poison`,
    ]);
    expect(small.names('Microsoft.Storage/storageAccounts/blobServices/containers')).toEqual([
      'app-package',
      DEAD_LETTER_CONTAINER,
      SETTINGS.RULES_CONTAINER.default,
      STATE_CONTAINER,
      'flowtrap-undelivered',
    ]);
    expect(small.one('Microsoft.Storage/storageAccounts').properties).toMatchObject({
      allowSharedKeyAccess: false,
      allowBlobPublicAccess: false,
      minimumTlsVersion: 'TLS1_2',
    });
  });

  it('forgets checkpoints and locks after 30 days, and nothing else', () => {
    const policy = deployment('test/infra/bicep/smallest').one('Microsoft.Storage/storageAccounts/managementPolicies');
    expect(policy.properties).toEqual({
      policy: {
        rules: [
          {
            name: 'remove-old-checkpoints',
            enabled: true,
            type: 'Lifecycle',
            definition: {
              filters: { blobTypes: ['blockBlob'], prefixMatch: expect.any(Array) },
              actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: 30 } } },
            },
          },
        ],
      },
    });
    const prefixes = [...JSON.stringify(policy).matchAll(/"(flowtrap-state[^"]*)"/g)].map(([, prefix]) => prefix ?? '');
    const goes = (key: string): boolean => prefixes.some((prefix) => `${STATE_CONTAINER}/${key}`.startsWith(prefix));
    const blob = { account: 'vnetlogs', container: 'firewall', name: 'a.json' };
    const keys = [
      checkpointKey(blob),
      checkpointKey({ ...blob, name: 'a'.repeat(1020) }),
      `locks/${checkpointKey(blob)}`,
    ];
    expect(keys.filter((key) => !goes(key))).toEqual([]);
    expect(['rules/x', 'rules/x/assignments/y', 'runs/x', 'threatconnect/x', 'flows/sweep'].filter(goes)).toEqual([]);
  });

  it('declares the streams of the tables that the code writes, column by column', () => {
    const rule = deployment('test/infra/bicep/existing').one('Microsoft.Insights/dataCollectionRules');
    expect(rule.properties.streamDeclarations).toEqual(
      Object.fromEntries(
        TABLES.map(({ stream, columns }) => [stream, { columns: columns.map(({ name, type }) => ({ name, type })) }]),
      ),
    );
    expect(rule.properties.dataFlows).toEqual(
      TABLES.map(({ stream, outputStream }) => ({
        streams: [stream],
        destinations: ['workspace'],
        transformKql: 'source',
        outputStream,
      })),
    );
    expect(rule.properties.destinations).toEqual({
      logAnalytics: [{ name: 'workspace', workspaceResourceId: expect.stringMatching(/^\/subscriptions\/2.*\/soc$/) }],
    });
  });

  it('sets SourceSystem in the rule where that was asked for, and in no other stream', () => {
    const rule = deployment('test/infra/bicep/nativeRule').one('Microsoft.Insights/dataCollectionRules');
    const flows = rule.properties.dataFlows as { streams: string[]; transformKql: string }[];
    expect(flows.map(({ streams, transformKql }) => [...streams, transformKql])).toEqual([
      ['Custom-ASimNetworkSessionLogs', 'source'],
      [
        'Custom-ThreatIntelligenceIndicator',
        `source | extend SourceSystem = 'ThreatConnect-${SETTINGS.THREATCONNECT_ALIAS.default}'`,
      ],
      ['Custom-FlowtrapAlerts_CL', 'source'],
      ['Custom-FlowtrapRuns_CL', 'source'],
    ]);
  });

  it('makes our own tables in the workspace, with the same columns', () => {
    const tables = deployment('test/infra/bicep/existing').of('Microsoft.OperationalInsights/workspaces/tables');
    const own = TABLES.filter(({ table }) => table.endsWith('_CL'));
    expect(tables.map(({ name }) => name)).toEqual(own.map(({ table }) => `soc/${table}`));
    tables.forEach(({ properties }, i) => {
      const { columns } = properties.schema as { columns: { name: string; type: string }[] };
      expect(columns.map(({ name, type }) => ({ name, type: type === 'dateTime' ? 'datetime' : type }))).toEqual(
        own[i]?.columns.map(({ name, type }) => ({ name, type })),
      );
    });
  });

  it('turns Sentinel on for a new workspace, and touches nothing of an existing one but tables', () => {
    const small = deployment('test/infra/bicep/smallest');
    expect(small.of('Microsoft.OperationalInsights/workspaces')).toHaveLength(1);
    expect(small.of('Microsoft.SecurityInsights/onboardingStates')).toHaveLength(1);
    const existing = deployment('test/infra/bicep/existing');
    expect(existing.of('Microsoft.OperationalInsights/workspaces')).toEqual([]);
    expect(existing.of('Microsoft.SecurityInsights/onboardingStates')).toEqual([]);
  });

  it('sends the events of the watched containers to the blob queue', () => {
    const existing = deployment('test/infra/bicep/existing');
    const subscriptions = existing.of('Microsoft.EventGrid/systemTopics/eventSubscriptions');
    const storage = existing.one('Microsoft.Storage/storageAccounts').id;
    expect(existing.names('Microsoft.EventGrid/systemTopics')).toEqual(['flowtrap-awslogs']);
    expect(new Set(subscriptions.map(({ name }) => name)).size).toBe(4);
    expect(
      subscriptions.map(({ name, properties }) => [
        name.split('/')[0],
        (properties.filter as { subjectBeginsWith: string }).subjectBeginsWith,
      ]),
    ).toEqual([
      ['vnetlogs-events', '/blobServices/default/containers/insights-logs-flowlogflowevent/blobs/flowLogResourceID=/A'],
      ['vnetlogs-events', '/blobServices/default/containers/insights-logs-flowlogflowevent/blobs/flowLogResourceID=/B'],
      ['vnetlogs-events', '/blobServices/default/containers/firewall/blobs/'],
      ['flowtrap-awslogs', '/blobServices/default/containers/vpc-flow-logs/blobs/'],
    ]);
    for (const { properties } of subscriptions) {
      expect(properties).toMatchObject({
        eventDeliverySchema: 'EventGridSchema',
        deliveryWithResourceIdentity: {
          identity: { type: 'SystemAssigned' },
          destination: {
            endpointType: 'StorageQueue',
            properties: { resourceId: storage, queueName: 'flowtrap-blobs' },
          },
        },
        deadLetterWithResourceIdentity: {
          identity: { type: 'SystemAssigned' },
          deadLetterDestination: { properties: { resourceId: storage, blobContainerName: 'flowtrap-undelivered' } },
        },
        filter: { includedEventTypes: ['Microsoft.Storage.BlobCreated'] },
      });
      expect(properties).not.toHaveProperty('destination');
    }
  });

  it('gives exactly the roles that the app and the topics need', () => {
    const roles = deployment('test/infra/bicep/existing').roles();
    const app = deployment('test/infra/bicep/existing').one('Microsoft.ManagedIdentity/userAssignedIdentities').name;
    const storage = deployment('test/infra/bicep/existing').one('Microsoft.Storage/storageAccounts').name;
    const own = `Microsoft.Storage/storageAccounts/${storage}`;
    const source = 'Microsoft.Storage/storageAccounts/vnetlogs/blobServices/default/containers';
    expect(roles.map((role) => role.replaceAll(app, 'APP')).sort()).toEqual(
      [
        `APP: Storage Blob Data Owner on ${own}`,
        `APP: Storage Queue Data Contributor on ${own}`,
        `APP: Storage Blob Data Reader on ${source}/insights-logs-flowlogflowevent`,
        `APP: Storage Blob Data Reader on ${source}/firewall`,
        'APP: Storage Blob Data Reader on Microsoft.Storage/storageAccounts/awslogs/blobServices/default/containers/vpc-flow-logs',
        'APP: Monitoring Metrics Publisher on Microsoft.Insights/dataCollectionRules/APP',
        'APP: Monitoring Metrics Publisher on Microsoft.Insights/components/APP',
        'APP: Log Analytics Reader on Microsoft.OperationalInsights/workspaces/soc',
        'APP: Microsoft Sentinel Responder on /resourceGroups/security',
        `APP: ${lastPart(deployment('test/infra/bicep/existing').one('Microsoft.Authorization/roleDefinitions').id)} on /resourceGroups/security`,
        'APP: Key Vault Secrets User on Microsoft.KeyVault/vaults/APP',
        `vnetlogs-events: Storage Queue Data Message Sender on ${own}/queueServices/default/queues/flowtrap-blobs`,
        `vnetlogs-events: Storage Blob Data Contributor on ${own}/blobServices/default/containers/flowtrap-undelivered`,
        `flowtrap-awslogs: Storage Queue Data Message Sender on ${own}/queueServices/default/queues/flowtrap-blobs`,
        `flowtrap-awslogs: Storage Blob Data Contributor on ${own}/blobServices/default/containers/flowtrap-undelivered`,
      ].sort(),
    );
  });

  it('gives only roles that docs/operations.md explains', () => {
    const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
    const app = deployment('test/infra/bicep/existing').one('Microsoft.ManagedIdentity/userAssignedIdentities').name;
    const given = deployment('test/infra/bicep/existing')
      .roles()
      .filter((role) => role.startsWith(`${app}: `))
      .map((role) => role.slice(app.length + 2).split(' on ')[0] ?? '');
    const explained = [...page.matchAll(/^\| ((?:Storage|Monitoring|Log|Microsoft|Key) [^|]*?) +\|/gm)].map(
      ([, role]) => role,
    );
    expect([...new Set(given.filter((role) => !/^[0-9a-f-]{36}$/.test(role)))].sort()).toEqual(
      [...new Set(explained)].sort(),
    );
  });

  it('may write bookmarks, and nothing more, by its own role', () => {
    const role = deployment('test/infra/bicep/existing').one('Microsoft.Authorization/roleDefinitions');
    expect(role.properties.permissions).toEqual([
      { actions: ['Microsoft.SecurityInsights/bookmarks/read', 'Microsoft.SecurityInsights/bookmarks/write'] },
    ]);
    expect(role.properties.assignableScopes).toEqual([
      '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/security',
    ]);
  });

  it('gives no right over incidents where a native rule makes them', () => {
    const native = deployment('test/infra/bicep/nativeRule');
    expect(native.roles().filter((role) => /Sentinel|resourceGroups/.test(role))).toEqual([]);
    expect(native.of('Microsoft.Authorization/roleDefinitions')).toEqual([]);
    expect(native.settings().INCIDENTS_BY).toBe('nativeRule');
  });

  it('sets every setting that the code knows, less the local ones, and none that it does not know', () => {
    const all = ['smallest', 'existing', 'nativeRule'].map((name) => deployment(`test/infra/bicep/${name}`).settings());
    const set = [...new Set(all.flatMap((settings) => Object.keys(settings)))];
    expect(set.sort()).toEqual([...DEPLOYED, ...PLATFORM].sort());
  });

  it.each(['smallest', 'existing', 'nativeRule'])('gives the code a configuration without a problem: %s', (name) => {
    const config = readConfig(resolved(deployment(`test/infra/bicep/${name}`).settings()));
    expect(config.problems).toEqual([]);
    expect(config.storage.ok && config.flows.ok && config.threatConnect.ok).toBe(true);
  });

  it('hands over the watched containers', () => {
    const settings = deployment('test/infra/bicep/existing').settings();
    expect(JSON.parse(settings.FLOW_CONTAINERS ?? '')).toEqual([
      {
        account: 'vnetlogs',
        container: 'insights-logs-flowlogflowevent',
        prefix: 'flowLogResourceID=/A',
        source: 'azureVnet',
      },
      { account: 'vnetlogs', container: 'insights-logs-flowlogflowevent', prefix: 'flowLogResourceID=/B' },
      { account: 'vnetlogs', container: 'firewall' },
      { account: 'awslogs', container: 'vpc-flow-logs', source: 'awsVpc' },
    ]);
  });

  it('keeps the secret in the vault alone', () => {
    for (const name of ['smallest', 'existing']) {
      const { resources } = deployment(`test/infra/bicep/${name}`);
      const others = resources.filter(({ type }) => type !== 'Microsoft.KeyVault/vaults/secrets');
      expect(JSON.stringify(others)).not.toMatch(/not-a-real|threatConnectSecret/);
    }
    const { THREATCONNECT_SECRET_KEY: key, THREATCONNECT_TOKEN: none } =
      deployment('test/infra/bicep/existing').settings();
    expect(key).toMatch(/^@Microsoft\.KeyVault\(VaultName=.*;SecretName=threatconnect-secret\)$/);
    expect(none).toBeUndefined();
    expect(deployment('test/infra/bicep/smallest').settings().THREATCONNECT_TOKEN).toBe(
      `@Microsoft.KeyVault(VaultName=${deployment('test/infra/bicep/smallest').one('Microsoft.KeyVault/vaults').name};SecretName=threatconnect-secret)`,
    );
  });

  it('leaves the stored secret alone when none is given', () => {
    const secret = deployment('test/infra/bicep/nativeRule').one('Microsoft.KeyVault/vaults/secrets');
    expect(secret).toHaveProperty('condition', "[not(empty(parameters('threatConnectSecret')))]");
  });

  it('runs on Flex Consumption with Node 22 and one identity', () => {
    const app = deployment('test/infra/bicep/smallest').one('Microsoft.Web/sites');
    expect(app.properties.functionAppConfig).toMatchObject({
      runtime: { name: 'node', version: '22' },
      deployment: { storage: { authentication: { type: 'UserAssignedIdentity' } } },
    });
    // Flex Consumption refuses these.
    for (const name of ['FUNCTIONS_WORKER_RUNTIME', 'FUNCTIONS_EXTENSION_VERSION', 'WEBSITE_RUN_FROM_PACKAGE'])
      expect(deployment('test/infra/bicep/smallest').settings()).not.toHaveProperty(name);
  });
});
