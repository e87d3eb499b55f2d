/**
 * AWS GuardDuty: findings on connections, API calls and port probes. Table AWSGuardDuty, and the findings' own JSON.
 * Follows the upstream mapping ASimNetworkSessionAWSGuardDuty 0.1.3 and corrects: findings are IDS events; an unknown direction is NA;
 * an instance's VPC is no domain; IPv6 peers count as well.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
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

function first(value: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(value) ? (value as readonly JsonValue[])[0] : undefined;
}

function map(row: Row): SessionDraft | Refusal {
  const service = row.value('ServiceDetails');
  const resource = row.value('ResourceDetails');
  const type = textOf(member(service, 'action', 'actionType'));
  const name = DETAILS.get(type);
  if (name === undefined) return skipped('notConnection');
  const action = member(service, 'action', name);
  const probe = type === 'PORT_PROBE' ? first(member(action, 'portProbeDetails')) : undefined;
  const part = probe ?? action;
  const get = (...path: readonly string[]): string => textOf(member(part, ...path));
  const remoteAddress = get('remoteIpDetails', 'ipAddressV4') || get('remoteIpDetails', 'ipAddressV6');
  if (remoteAddress === '') return skipped('noRemoteAddress');
  const instance = member(resource, 'instanceDetails');
  const nic = first(member(instance, 'networkInterfaces'));
  const instanceId = textOf(member(instance, 'instanceId'));
  const localAddress =
    get('localIpDetails', 'ipAddressV4') || textOf(member(nic, 'privateIpAddress')) || textOf(member(nic, 'publicIp'));
  const stated = get('connectionDirection').toUpperCase();
  const outbound = stated === 'OUTBOUND';
  const inbound = stated === 'INBOUND' || type === 'PORT_PROBE';
  const [local, remote] = outbound ? (['Src', 'Dst'] as const) : (['Dst', 'Src'] as const);
  const blocked = get('blocked').toLowerCase() === 'true';
  const level = Number(row.text('Severity') || Number.NaN);
  const apiCall = type === 'AWS_API_CALL';
  return {
    [`${remote}IpAddr`]: remoteAddress,
    [`${remote}PortNumber`]: get('remotePortDetails', 'port'),
    [`${remote}GeoCountry`]: get('remoteIpDetails', 'country', 'countryName'),
    [`${remote}GeoCity`]: get('remoteIpDetails', 'city', 'cityName'),
    [`${remote}GeoLatitude`]: get('remoteIpDetails', 'geoLocation', 'lat'),
    [`${remote}GeoLongitude`]: get('remoteIpDetails', 'geoLocation', 'lon'),
    [`${remote}Description`]: get('remoteIpDetails', 'organization', 'org'),
    ...(!apiCall && {
      [`${local}IpAddr`]: localAddress,
      [`${local}PortNumber`]: get('localPortDetails', 'port'),
      [`${local}Hostname`]: instanceId,
      [`${local}DvcId`]: instanceId,
    }),
    EventType: 'IDS',
    EventEndTime: parseLogTime(row.text('TimeCreated')) ?? parseLogTime(textOf(member(service, 'eventLastSeen'))),
    EventResult: type === 'PORT_PROBE' || blocked ? 'Failure' : 'Success',
    EventSeverity: severity(level),
    EventOriginalSeverity: row.text('Severity'),
    EventOriginalType: row.text('ActivityType'),
    EventOriginalSubType: type,
    EventOriginalUid: row.text('Id'),
    EventMessage: row.text('Title'),
    DvcAction: type === 'NETWORK_CONNECTION' ? (blocked ? 'Deny' : 'Allow') : undefined,
    DvcSubscriptionId: row.text('AccountId'),
    NetworkProtocol: get('protocol'),
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

/** A finding as GuardDuty exports it, in the table's columns. */
function read(record: JsonObject): Row {
  const get = (name: string): JsonValue | undefined =>
    record[name] ?? record[`${name[0]?.toUpperCase()}${name.slice(1)}`];
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

export const awsGuardDuty: RowSource = {
  id: 'awsGuardDuty',
  vendor: 'AWS',
  product: 'GuardDuty',
  table: TABLE,
  facts: 'ASimNetworkSessionAWSGuardDuty 0.1.3',
  asim: { vendor: 'AWS', product: 'GuardDuty', types: ['IDS'] },
  filter:
    'Findings on network connections, API calls and port probes with a remote address; others are skipped (notConnection, noRemoteAddress).',
  forms: ['finding JSON'],
  sweep: true,
  gaps: ['of a port probe with several ports the first is taken'],
  format: 'rows',
  rows: { tables: { [TABLE]: ['ServiceDetails', 'ResourceDetails', 'ActivityType'] }, owns: () => true, map },
  objectForms: [
    {
      owns: (record) => {
        const service = record.service ?? record.Service;
        const schema = record.schemaVersion ?? record.SchemaVersion;
        return schema !== undefined && textOf(member(service, 'serviceName')) === 'guardduty';
      },
      read,
    },
  ],
};
