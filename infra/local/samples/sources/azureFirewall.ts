/** Azure Firewall: the rows of its five tables, and the resource logs that a diagnostic setting stores, legacy and structured. */
import { type Conversation, everything, ordinary } from './conversations';
import { exportedRows, jsonLines, type Scene, type SceneFile, type SourceSample } from './scene';

const SUBSCRIPTION = '00000000-0000-4000-8000-000000000001';
const RESOURCE = `/subscriptions/${SUBSCRIPTION}/resourcegroups/sample/providers/microsoft.network/azurefirewalls/fw01`;

const actionOf = ({ allowed }: Conversation): string => (allowed ? 'Allow' : 'Deny');

function text(one: Conversation): string {
  return `TCP request from ${one.source}:${one.sourcePort} to ${one.destination}:${one.port}. Action: ${actionOf(one)}. Policy: hub. Rule Collection Group: net. Rule Collection: sample. Rule: rule ${one.port}`;
}

function ends(one: Conversation): object {
  return {
    Protocol: 'TCP',
    SourceIp: one.source,
    SourcePort: one.sourcePort,
    DestinationIp: one.destination,
    DestinationPort: one.port,
  };
}

function ruled(one: Conversation): object {
  const rule = { Policy: 'hub', RuleCollectionGroup: 'net', RuleCollection: 'sample', Rule: `rule ${one.port}` };
  return { ...ends(one), Action: actionOf(one), ActionReason: '', ...rule };
}

/** With the columns that the platform adds. */
function tableRow(one: Conversation, columns: object): object {
  return {
    TimeGenerated: one.start.toISOString(),
    ...columns,
    SourceSystem: 'Azure',
    _ResourceId: RESOURCE,
    _SubscriptionId: SUBSCRIPTION,
  };
}

/** A blob of a diagnostic setting. */
function resourceLog(scene: Scene, category: string, records: readonly object[]): SceneFile {
  const [year, month, day, hour] = scene.start.toISOString().split(/[-T:]/);
  return {
    container: `insights-logs-${category.toLowerCase()}`,
    name: `resourceId=${RESOURCE.toUpperCase()}/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/PT1H.json`,
    content: jsonLines(records.map((record) => ({ category, resourceId: RESOURCE.toUpperCase(), ...record }))),
  };
}

/** Seven digits, as Azure writes times. */
const precise = (time: Date): string => time.toISOString().replace('Z', '4560Z');

export const azureFirewall: SourceSample = {
  source: 'azureFirewall',
  table: 'AZFWNetworkRule',
  write(scene) {
    const [all, few] = [everything(scene), ordinary(scene)];
    const legacy = (one: Conversation): object => ({
      TimeGenerated: one.start.toISOString(),
      ResourceId: RESOURCE.toUpperCase(),
      SubscriptionId: SUBSCRIPTION,
      Category: 'AzureFirewallNetworkRule',
      OperationName: 'AzureFirewallNetworkRuleLog',
      msg_s: text(one),
    });
    // What is let in by a rule that translates: the bad address comes from outside.
    const published = few.slice(0, 1).map((one) => ({ ...one, source: scene.bad, destination: '192.0.2.1' }));
    return [
      exportedRows('AzureDiagnostics', scene, all.map(legacy)),
      exportedRows(
        'AZFWNetworkRule',
        scene,
        all.map((one) => tableRow(one, ruled(one))),
      ),
      exportedRows(
        'AZFWNatRule',
        scene,
        published.map((one) =>
          tableRow(one, { ...ends(one), TranslatedIp: scene.host, TranslatedPort: 443, Rule: 'publish' }),
        ),
      ),
      exportedRows(
        'AZFWThreatIntel',
        scene,
        few.map((one) => tableRow(one, { ...ends(one), Action: 'Alert', ThreatDescription: 'Sample' })),
      ),
      exportedRows(
        'AZFWIdpsSignature',
        scene,
        few.map((one) =>
          tableRow(one, { ...ends(one), Action: 'Deny', SignatureId: '2000001', Category: 'Sample', Severity: 2 }),
        ),
      ),
      resourceLog(
        scene,
        'AzureFirewallNetworkRule',
        all.map((one) => ({
          operationName: 'AzureFirewallNetworkRuleLog',
          properties: { msg: text(one) },
          time: precise(one.start),
        })),
      ),
      resourceLog(
        scene,
        'AZFWNetworkRule',
        all.map((one) => ({ properties: ruled(one), time: precise(one.start) })),
      ),
    ];
  },
};
