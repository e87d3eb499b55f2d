/**
 * The environment of the local functions, made from nothing: no setting of the user's shell, of local.settings.json or of a
 * real deployment can reach them, and no address in it leaves this machine.
 */
import { isLoopback } from '../../../shared/config';
import { FlowtrapError } from '../../../shared/errors';
import type { SettingName } from '../../../shared/settings';
import { LOCAL, SAMPLE_CONTAINERS } from './localIdentifiers';

export interface LocalAddresses {
  readonly storageConnectionString: string;
  readonly logAnalyticsUrl: string;
  readonly sentinelUrl: string;
  /** With the API path. */
  readonly threatConnectUrl: string;
  readonly identityEndpoint: string;
  readonly identityHeader: string;
}

export interface LocalChoices {
  /** No windows and no blobs before this time. */
  readonly flowStart: Date;
  /** Stands still at this time when given. */
  readonly clock: Date | undefined;
  /** Settings that replace the stack's own, for tests; checked like the others. */
  readonly overrides: Readonly<Record<string, string>>;
}

/** Names of the platform and the runtime that the functions see besides our own settings. */
type PlatformName =
  | 'IDENTITY_ENDPOINT'
  | 'IDENTITY_HEADER'
  | 'FUNCTIONS_WORKER_RUNTIME'
  | 'AZURE_FUNCTIONS_ENVIRONMENT'
  | 'AzureFunctionsJobHost__extensions__queues__maxPollingInterval'
  | 'TZ'
  | 'PATH';

/**
 * @returns every variable of the functions' process.
 * @throws FlowtrapError `configuration` when an address is not on loopback.
 */
export function functionsEnvironment(addresses: LocalAddresses, choices: LocalChoices): Record<string, string> {
  const containers = [...SAMPLE_CONTAINERS, LOCAL.logsContainer].map((container) => ({
    account: LOCAL.account,
    container,
  }));
  const settings: Partial<Record<SettingName | PlatformName, string>> = {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    // host.json's ten seconds spare an idle account transactions; here somebody is waiting.
    AzureFunctionsJobHost__extensions__queues__maxPollingInterval: '00:00:01',
    AZURE_FUNCTIONS_ENVIRONMENT: 'Development',
    TZ: 'UTC',
    PATH: process.env.PATH ?? '',
    IDENTITY_ENDPOINT: addresses.identityEndpoint,
    IDENTITY_HEADER: addresses.identityHeader,
    AzureWebJobsStorage: addresses.storageConnectionString,
    FLOW_CONTAINERS: JSON.stringify(containers),
    FLOW_START: choices.flowStart.toISOString(),
    INGESTION_ENDPOINT: LOCAL.ingestionEndpoint,
    INGESTION_RULE_ID: LOCAL.ruleId,
    LOG_ANALYTICS_WORKSPACE_ID: LOCAL.workspaceId,
    SENTINEL_WORKSPACE: LOCAL.workspace,
    THREATCONNECT_URL: addresses.threatConnectUrl,
    THREATCONNECT_ACCESS_ID: LOCAL.threatConnect.accessId,
    THREATCONNECT_SECRET_KEY: LOCAL.threatConnect.secretKey,
    THREATCONNECT_ALIAS: LOCAL.threatConnect.alias,
    LOCAL_INGESTION_URL: addresses.logAnalyticsUrl,
    LOCAL_QUERY_URL: addresses.logAnalyticsUrl,
    LOCAL_MANAGEMENT_URL: addresses.sentinelUrl,
    ...(choices.clock === undefined ? {} : { LOCAL_CLOCK: choices.clock.toISOString() }),
  };
  const environment: Record<string, string> = { ...settings, ...choices.overrides };
  refuseOtherMachines(environment);
  return environment;
}

/**
 * Takes the proxy settings out of an environment: the SDKs would send even requests for this machine through them.
 * @param environment changed in place; that of this process, which talks to nothing but its own stack.
 */
export function forgetProxies(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment)) if (/^(https?|all|no)_proxy$/i.test(name)) delete environment[name];
}

/** The only variables whose address is a name of Azure's, since the client maps it to a LOCAL_… address. */
const MAPPED = new Set(['INGESTION_ENDPOINT']);

function refuseOtherMachines(environment: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(environment)) {
    if (MAPPED.has(name)) continue;
    for (const [address] of value.matchAll(/\b[a-z][a-z0-9+.-]*:\/\/[^\s;,"']+/gi)) {
      if (!isLoopback(new URL(address).hostname)) {
        throw new FlowtrapError(
          'configuration',
          `${new URL(address).host} is not this machine; the local stack talks to nothing else.`,
          { subject: name },
        );
      }
    }
  }
}
