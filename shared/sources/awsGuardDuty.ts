/**
 * AWS GuardDuty: findings on connections, API calls and port probes. Table AWSGuardDuty, and the findings' own JSON.
 * Follows the upstream mapping ASimNetworkSessionAWSGuardDuty 0.1.3 and corrects: findings are IDS events; an unknown direction is NA;
 * an instance's VPC is no domain; IPv6 peers count as well. A port probe gives an event for each port.
 */
import type { ValueOf } from '../asim/enumerations';
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';
import type { JsonObject, JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { dynamicOf, JsonRow, memberOf, type Row, textOf } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const TABLE = 'AWSGuardDuty';
const DETAILS: ReadonlyMap<string, string> = new Map([
  ['NETWORK_CONNECTION', 'networkConnectionAction'],
  ['AWS_API_CALL', 'awsApiCallAction'],
  ['PORT_PROBE', 'portProbeAction'],
]);

function severity(level: number): ValueOf<'eventSeverity'> | undefined {
  if (!Number.isFinite(level)) return undefined;
  return level >= 7 ? 'High' : level >= 4 ? 'Medium' : level >= 1 ? 'Low' : 'Informational';
}

/** A member in either spelling: the table's (camel case) or the API's of some exports (Pascal case). */
function member(value: JsonValue | undefined, ...path: readonly string[]): JsonValue | undefined {
  let at = dynamicOf(value);
  for (const key of path) {
    at = memberOf(at, key) ?? memberOf(at, key[0]?.toUpperCase() + key.slice(1));
  }
  return at;
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** Application protocols that upstream reads from the destination's port. */
const APPLICATIONS: ReadonlyMap<string, string> = new Map([
  ['22', 'SSH'],
  ['53', 'DNS'],
  ['80', 'HTTP'],
  ['443', 'HTTPS'],
  ['3389', 'RDP'],
]);
/** Ports of one probe; usual findings name a few. */
const MAX_PROBES = 100;

function map(row: Row): readonly SessionDraft[] | Refusal {
  const service = row.value('ServiceDetails');
  const type = textOf(member(service, 'action', 'actionType'));
  const name = DETAILS.get(type);
  if (name === undefined) return skipped('notConnection');
  const action = member(service, 'action', name);
  const probes = type === 'PORT_PROBE' ? list(member(action, 'portProbeDetails')).slice(0, MAX_PROBES) : [action];
  const drafts = probes.flatMap((part) => session(row, type, action, part) ?? []);
  return drafts.length === 0 ? skipped('noRemoteAddress') : drafts;
}

/** @param part with the remote end: of a probe one of its details. Undefined when there is no remote address. */
function session(
  row: Row,
  type: string,
  action: JsonValue | undefined,
  part: JsonValue | undefined,
): SessionDraft | undefined {
  const service = row.value('ServiceDetails');
  const get = (...path: readonly string[]): string => textOf(member(part, ...path));
  const remoteAddress = get('remoteIpDetails', 'ipAddressV4') || get('remoteIpDetails', 'ipAddressV6');
  if (remoteAddress === '') return undefined;
  const instance = member(row.value('ResourceDetails'), 'instanceDetails');
  const [nic] = list(member(instance, 'networkInterfaces'));
  const instanceId = textOf(member(instance, 'instanceId'));
  const localAddress =
    get('localIpDetails', 'ipAddressV4') || textOf(member(nic, 'privateIpAddress')) || textOf(member(nic, 'publicIp'));
  const stated = get('connectionDirection').toUpperCase();
  const outbound = stated === 'OUTBOUND';
  const inbound = stated === 'INBOUND' || type === 'PORT_PROBE';
  const blocked = textOf(member(action, 'blocked')).toLowerCase() === 'true';
  const level = Number(row.text('Severity') || Number.NaN);
  const localPort = get('localPortDetails', 'port');
  const remotePort = get('remotePortDetails', 'port');
  const remote: EndDraft = {
    IpAddr: remoteAddress,
    PortNumber: remotePort,
    GeoCountry: get('remoteIpDetails', 'country', 'countryName'),
    GeoCity: get('remoteIpDetails', 'city', 'cityName'),
    GeoLatitude: get('remoteIpDetails', 'geoLocation', 'lat'),
    GeoLongitude: get('remoteIpDetails', 'geoLocation', 'lon'),
    Description: get('remoteIpDetails', 'organization', 'org'),
  };
  // A call of the API has no end inside.
  const called = type === 'AWS_API_CALL';
  const local: EndDraft = called
    ? {}
    : { IpAddr: localAddress, PortNumber: localPort, Hostname: instanceId, DvcId: instanceId };
  return {
    source: outbound ? local : remote,
    destination: outbound ? remote : local,
    EventType: 'IDS',
    EventStartTime: parseLogTime(row.text('TimeCreated')),
    EventEndTime: parseLogTime(row.text('TimeCreated')) ?? parseLogTime(textOf(member(service, 'eventLastSeen'))),
    EventResult: type === 'PORT_PROBE' || blocked ? 'Failure' : 'Success',
    EventSeverity: severity(level),
    EventOriginalSeverity: row.text('Severity'),
    EventOriginalType: row.text('ActivityType'),
    EventOriginalSubType: type,
    EventOriginalUid: row.text('Id'),
    EventMessage: row.text('Title'),
    Dvc: 'GuardDuty',
    DvcAction: type === 'NETWORK_CONNECTION' ? (blocked ? 'Deny' : 'Allow') : undefined,
    DvcSubscriptionId: row.text('AccountId'),
    NetworkProtocol: get('protocol'),
    NetworkApplicationProtocol: called ? '' : APPLICATIONS.get(outbound ? remotePort : localPort),
    NetworkDirection: outbound ? 'Outbound' : inbound ? 'Inbound' : 'NA',
    NetworkRuleName: row.text('ActivityType'),
    ThreatName: row.text('ActivityType'),
    ThreatIpAddr: remoteAddress,
    ThreatRiskLevel: Number.isFinite(level) ? Math.min(100, Math.round(level * 10)) : undefined,
    ThreatOriginalRiskLevel: row.text('Severity'),
    AdditionalFields: {
      ActionType: type,
      AccountId: row.text('AccountId'),
      Region: row.text('Region'),
      Partition: row.text('Partition'),
      FindingArn: row.text('Arn'),
      VpcId: textOf(member(nic, 'vpcId')),
      SubnetId: textOf(member(nic, 'subnetId')),
      InstanceId: instanceId,
      InstanceType: textOf(member(instance, 'instanceType')),
      RemoteAsn: get('remoteIpDetails', 'organization', 'asn'),
      RemoteIsp: get('remoteIpDetails', 'organization', 'isp'),
      Api: get('api'),
      ServiceName: get('serviceName'),
      EventFirstSeen: textOf(member(service, 'eventFirstSeen')),
      EventCount: textOf(member(service, 'count')),
    },
  };
}

/** A finding as GuardDuty exports it, bare or in the event that EventBridge makes of it, in the table's columns. */
function read(record: JsonObject): Row {
  const finding = findingOf(record) ?? record;
  const get = (name: string): JsonValue | undefined => member(finding, name);
  return new JsonRow(TABLE, {
    Id: get('id'),
    Arn: get('arn'),
    AccountId: get('accountId'),
    Region: get('region'),
    Partition: get('partition'),
    ActivityType: get('type'),
    Severity: get('severity'),
    Title: get('title'),
    TimeCreated: get('createdAt'),
    TimeGenerated: get('updatedAt'),
    ServiceDetails: get('service'),
    ResourceDetails: get('resource'),
  });
}

function findingOf(record: JsonObject): JsonObject | undefined {
  if (!('schemaVersion' in record || 'SchemaVersion' in record || 'detail' in record)) return undefined;
  for (const one of [record, record.detail]) {
    const isFinding =
      member(one, 'schemaVersion') !== undefined && textOf(member(one, 'service', 'serviceName')) === 'guardduty';
    if (isFinding) return one as JsonObject;
  }
  return undefined;
}

export const awsGuardDuty: RowSource = {
  id: 'awsGuardDuty',
  vendor: 'AWS',
  product: 'GuardDuty',
  table: TABLE,
  facts: 'ASimNetworkSessionAWSGuardDuty 0.1.3',
  asim: { vendor: 'AWS', product: 'GuardDuty', types: ['IDS'] },
  filter:
    'Findings on network connections, API calls and port probes with a remote address; others are skipped (notConnection, noRemoteAddress).',
  forms: ['finding JSON, bare or in an EventBridge event'],
  sweep: true,
  format: 'rows',
  rows: { tables: { [TABLE]: ['ServiceDetails', 'ResourceDetails', 'ActivityType'] }, owns: () => true, map },
  objectForms: [{ owns: (record) => findingOf(record) !== undefined, read }],
};
