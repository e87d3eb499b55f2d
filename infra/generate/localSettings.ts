/**
 * Makes local.settings.sample.json: the settings with which `func start` works beside `flowtrap start --host none` at its
 * default ports. The same environment that the embedded host gives the functions.
 */
import { functionsEnvironment } from '../local/stack/environment';
import { LOCAL } from '../local/stack/localIdentifiers';
import { stackPorts } from '../local/stack/ports';

/** Azurite's published account and key (learn.microsoft.com, "Use the Azurite emulator"): they open nothing but an emulator. */
const EMULATOR =
  'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;';

/** What a start works out anew, or the shell gives. */
const NOT_FIXED = ['PATH', 'TZ', 'FLOW_START'];

/** The file's text. */
export function localSettingsSample(): string {
  const ports = stackPorts(undefined);
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  const environment = functionsEnvironment(
    {
      storageConnectionString: `${EMULATOR}BlobEndpoint=${at(ports.blob)}/devstoreaccount1;QueueEndpoint=${at(ports.queue)}/devstoreaccount1;`,
      logAnalyticsUrl: at(ports.logAnalytics),
      sentinelUrl: at(ports.sentinel),
      threatConnectUrl: `${at(ports.threatConnect)}/api`,
      identityEndpoint: `${at(ports.identity)}/msi/token`,
      identityHeader: LOCAL.identityHeader,
    },
    { flowStart: new Date(0), clock: undefined, overrides: {} },
  );
  const values = Object.fromEntries(Object.entries(environment).filter(([name]) => !NOT_FIXED.includes(name)));
  const settings = { IsEncrypted: false, Values: values, Host: { LocalHttpPort: ports.functions } };
  return `${JSON.stringify(settings, null, 2)}\n`;
}
