/**
 * Azure Firewall: network rules, NAT rules, threat intelligence and intrusion detection. Tables AzureDiagnostics (legacy text) and
 * AZFW… (structured), and the resource logs that diagnostic settings write to storage.
 * Follows the upstream mapping ASimNetworkSessionAzureFirewall 0.2.0 and corrects:
 * - an alert lets the session pass: Allow and Success, not the action `Alert`; it is an IDS event beside the rule's own session;
 * - ICMP types are found however `Type=` is spelled; a destination that is a name is no address;
 * - HTTP and HTTPS are application protocols; what a NAT rule lets in comes from outside.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseFirewallText } from './azureFirewallText';
import { JsonRow, type Row } from './row';
import { dead, type MappingContext, type Refusal, type RowSource, skipped } from './source';

const LEGACY = 'AzureDiagnostics';
const LEGACY_CATEGORY = 'AzureFirewallNetworkRule';
const STRUCTURED = ['AZFWNetworkRule', 'AZFWNatRule', 'AZFWThreatIntel', 'AZFWIdpsSignature'] as const;
const ALERTING: ReadonlySet<string> = new Set(['AZFWThreatIntel', 'AZFWIdpsSignature']);

interface Result {
  readonly action: ValueOf<'dvcAction'>;
  readonly severity?: ValueOf<'eventSeverity'>;
}
const ACTIONS: ReadonlyMap<string, Result> = new Map<string, Result>([
  ['allow', { action: 'Allow' }],
  ['alert', { action: 'Allow', severity: 'Medium' }],
  ['deny', { action: 'Deny' }],
  ['drop', { action: 'Drop' }],
]);
const IDPS_SEVERITIES: ReadonlyMap<string, ValueOf<'eventSeverity'>> = new Map([
  ['1', 'High'],
  ['2', 'Medium'],
  ['3', 'Low'],
  ['4', 'Informational'],
]);

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  return row.table === LEGACY ? mapText(row, context) : mapStructured(row);
}

interface Device {
  readonly id: string;
  readonly name: string | undefined;
  readonly subscription: string;
}

/** The last device, for neighbouring records are of one. */
let known: Device = { id: '', name: undefined, subscription: '' };

function device(row: Row): Device {
  const id = row.text('_ResourceId') || row.text('ResourceId') || row.text('resourceId');
  if (id !== known.id) {
    known = {
      id,
      name: /\/azurefirewalls\/([^/]{1,80})/i.exec(id)?.[1],
      subscription: /\/subscriptions\/([0-9a-f-]{36})/i.exec(id)?.[1]?.toLowerCase() ?? '',
    };
  }
  return known;
}

function subscription(row: Row, { subscription: ofId }: Device): string {
  return ofId || (row.text('_SubscriptionId') || row.text('SubscriptionId')).toLowerCase();
}

/** `ICMP Type=8` is the protocol with its type; threat intelligence tells HTTP and HTTPS. */
function protocol(text: string): { readonly name: string; readonly icmpType?: string; readonly application?: string } {
  if (/^icmp/i.test(text)) return { name: 'ICMP', icmpType: /type=(\d{1,3})/i.exec(text)?.[1] ?? '' };
  return /^https?$/i.test(text) ? { name: 'TCP', application: text.toUpperCase() } : { name: text };
}

/** A rule that translates states no action: it lets pass. */
function resultOf(action: string, translating: boolean): Result | undefined {
  return ACTIONS.get(action === '' && translating ? 'allow' : action.toLowerCase());
}

function mapStructured(row: Row): SessionDraft | Refusal {
  const get = (column: string): string => row.text(column);
  const alerting = ALERTING.has(row.table);
  const translating = row.table === 'AZFWNatRule';
  const action = resultOf(get('Action'), translating);
  const intelligence = row.table === 'AZFWThreatIntel';
  const firewall = device(row);
  const spoken = protocol(get('Protocol'));
  return {
    DvcId: firewall.id,
    DvcIdType: firewall.id === '' ? undefined : 'AzureResourceId',
    DvcHostname: firewall.name,
    DvcSubscriptionId: subscription(row, firewall),
    EventType: alerting ? 'IDS' : 'NetworkSession',
    EventSeverity: intelligence ? 'Medium' : (IDPS_SEVERITIES.get(get('Severity')) ?? action?.severity),
    EventOriginalSeverity: get('Severity'),
    EventOriginalType: row.table,
    EventOriginalResultDetails: get('ActionReason'),
    EventReportUrl: get('TargetUrl') || get('Url'),
    DvcAction: action?.action,
    DvcOriginalAction: get('Action'),
    SrcIpAddr: get('SourceIp'),
    DstIpAddr: get('DestinationIp'),
    SrcPortNumber: get('SourcePort'),
    DstPortNumber: get('DestinationPort'),
    DstNatIpAddr: get('TranslatedIp'),
    DstNatPortNumber: get('TranslatedPort'),
    DstHostname: get('Fqdn'),
    NetworkProtocol: spoken.name,
    NetworkIcmpCode: spoken.icmpType,
    NetworkApplicationProtocol: spoken.application,
    stated: translating ? 'Inbound' : undefined,
    NetworkRuleName: get('Rule'),
    ThreatId: get('SignatureId'),
    ThreatCategory: get('Category') === row.table ? '' : get('Category'),
    ThreatName: get('Description') || get('ThreatDescription'),
    AdditionalFields: {
      Policy: get('Policy'),
      RuleCollection: get('RuleCollection'),
      RuleCollectionGroup: get('RuleCollectionGroup'),
      IsTlsInspected: row.value('IsTlsInspected'),
    },
  };
}

function mapText(row: Row, context: MappingContext): SessionDraft | Refusal {
  if (row.text('Category') !== LEGACY_CATEGORY) return skipped('otherCategory');
  const message = row.text('msg_s');
  if (message === '') return skipped('noMessage');
  const text = parseFirewallText(message);
  if (text === undefined) return dead('malformedMessage');
  const intelligence = row.text('OperationName') === 'AzureFirewallThreatIntelLog' || text.parts.has('ThreatIntel');
  const signature = text.parts.get('Signature') ?? '';
  const alerting = intelligence || signature !== '';
  const named = context.addresses.look(text.destination) === undefined;
  if (named && !alerting) return skipped('namedDestination');
  const translating = text.translated !== '';
  const action = resultOf(text.action, translating);
  const firewall = device(row);
  const spoken = protocol(text.protocol);
  return {
    DvcId: firewall.id,
    DvcIdType: firewall.id === '' ? undefined : 'AzureResourceId',
    DvcHostname: firewall.name,
    DvcSubscriptionId: subscription(row, firewall),
    EventType: alerting ? 'IDS' : 'NetworkSession',
    EventSeverity: intelligence
      ? 'Medium'
      : (IDPS_SEVERITIES.get(text.parts.get('Priority') ?? '') ?? action?.severity),
    EventOriginalSeverity: text.parts.get('Priority'),
    EventOriginalType: row.text('OperationName'),
    EventOriginalResultDetails: text.parts.get('Reason'),
    DvcAction: action?.action,
    DvcOriginalAction: text.action,
    SrcIpAddr: text.source,
    SrcPortNumber: text.sourcePort,
    DstIpAddr: named ? '' : text.destination,
    DstHostname: named ? text.destination : '',
    DstPortNumber: text.destinationPort,
    DstNatIpAddr: text.translated,
    DstNatPortNumber: text.translatedPort,
    NetworkProtocol: spoken.name,
    NetworkIcmpCode: spoken.icmpType,
    NetworkApplicationProtocol: spoken.application,
    stated: translating ? 'Inbound' : undefined,
    NetworkRuleName: text.parts.get('Rule'),
    ThreatId: signature,
    ThreatCategory: text.parts.get('Classification'),
    ThreatName: text.parts.get('IDS') || text.parts.get('ThreatIntel'),
    EventReportUrl: text.parts.get('Url'),
    AdditionalFields: {
      Policy: text.parts.get('Policy'),
      RuleCollection: text.parts.get('Rule Collection'),
      RuleCollectionGroup: text.parts.get('Rule Collection Group'),
    },
  };
}

const CATEGORIES: ReadonlySet<unknown> = new Set<unknown>([...STRUCTURED, LEGACY_CATEGORY]);

/** A resource log of a diagnostic setting: the table's columns stand in `properties`. */
function read(record: JsonObject): Row | Refusal {
  const { category, properties } = record;
  if (!CATEGORIES.has(category)) return skipped('otherCategory');
  if (typeof properties !== 'object' || properties === null || Array.isArray(properties)) return dead('noProperties');
  const common = { TimeGenerated: record.time, ResourceId: record.resourceId };
  const inner = properties as JsonObject;
  if (category === LEGACY_CATEGORY) {
    return new JsonRow(LEGACY, {
      ...common,
      Category: category,
      OperationName: record.operationName,
      msg_s: inner.msg,
    });
  }
  return new JsonRow(String(category), { ...inner, ...common });
}

export const azureFirewall: RowSource = {
  id: 'azureFirewall',
  vendor: 'Microsoft',
  product: 'Azure Firewall',
  table: `${LEGACY}, ${STRUCTURED.join(', ')}`,
  facts: 'ASimNetworkSessionAzureFirewall 0.2.0',
  asim: { vendor: 'Microsoft', product: 'Azure Firewall', types: ['NetworkSession', 'IDS'] },
  filter:
    'Network and NAT rules, threat intelligence, intrusion detection; other categories are skipped (otherCategory), as are requests to a name, but for those that threat intelligence tells (namedDestination).',
  forms: ['resource-log JSON, legacy and structured'],
  sweep: true,
  gaps: ['no log of this firewall counts bytes', 'with legacy and structured logs both on, each session is told twice'],
  ownsPath: (container) => /^insights-logs-(azurefirewall|azfw)/.test(container),
  format: 'rows',
  rows: {
    tables: {
      [LEGACY]: ['msg_s', 'Category', 'OperationName'],
      AZFWNetworkRule: ['SourceIp', 'DestinationIp', 'ActionReason', 'RuleCollection'],
      AZFWNatRule: ['SourceIp', 'DestinationIp', 'TranslatedIp'],
      AZFWThreatIntel: ['SourceIp', 'DestinationIp', 'ThreatDescription'],
      AZFWIdpsSignature: ['SourceIp', 'DestinationIp', 'SignatureId'],
    },
    owns: (row) => row.table !== LEGACY || /^AzureFirewall/.test(row.text('Category')),
    map,
  },
  objectForms: [
    {
      owns: (record) => typeof record.category === 'string' && /^(AZFW|AzureFirewall)/.test(record.category),
      read,
    },
  ],
};
