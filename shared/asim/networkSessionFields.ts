/**
 * The fields of ASIM NetworkSession 0.2.7 that the table ASimNetworkSessionLogs stores and a writer may send: types, what
 * must be there, and which form a value has. Left out: what the platform fills (Type, TenantId, _ItemId …) and the aliases,
 * which are computed at query time; of those only Dvc is stored. Origin and licence: NOTICE.
 */
import type { ColumnType } from '../tableDefinition';
import type { Enumeration } from './enumerations';

/** The form of a string or number beyond its type. */
export type FieldForm =
  | 'ip'
  | 'mac'
  | 'hostname'
  | 'fqdn'
  | 'domain'
  | 'schemaVersion'
  | 'port'
  | 'percent'
  | 'latitude'
  | 'longitude';

export interface Field {
  readonly type: ColumnType;
  /** Always present and not empty. */
  readonly mandatory?: true;
  readonly values?: Enumeration;
  readonly form?: FieldForm;
  /** Required as soon as one of these is given. */
  readonly requiredWith?: readonly string[];
}

export const NETWORK_SESSION_FIELDS = {
  TimeGenerated: { type: 'datetime', mandatory: true },
  AdditionalFields: { type: 'dynamic' },
  DstAppId: { type: 'string' },
  DstAppName: { type: 'string' },
  DstAppType: { type: 'string', values: 'appType', requiredWith: ['DstAppName', 'DstAppId'] },
  DstBytes: { type: 'long' },
  DstDescription: { type: 'string' },
  DstDeviceType: { type: 'string', values: 'deviceType' },
  DstDomain: { type: 'string', form: 'domain' },
  DstDomainType: { type: 'string', values: 'domainType', requiredWith: ['DstDomain'] },
  DstDvcId: { type: 'string' },
  DstDvcIdType: { type: 'string', values: 'dstDvcIdType', requiredWith: ['DstDvcId'] },
  DstFQDN: { type: 'string', form: 'fqdn' },
  DstGeoCity: { type: 'string' },
  DstGeoCountry: { type: 'string' },
  DstGeoLatitude: { type: 'real', form: 'latitude' },
  DstGeoLongitude: { type: 'real', form: 'longitude' },
  DstGeoRegion: { type: 'string' },
  DstHostname: { type: 'string', form: 'hostname' },
  DstInterfaceGuid: { type: 'string' },
  DstInterfaceName: { type: 'string' },
  DstIpAddr: { type: 'string', form: 'ip', requiredWith: ['DstHostname'] },
  DstMacAddr: { type: 'string', form: 'mac' },
  DstNatIpAddr: { type: 'string', form: 'ip' },
  DstNatPortNumber: { type: 'int', form: 'port' },
  DstOriginalUserType: { type: 'string' },
  DstPackets: { type: 'long' },
  DstPortNumber: { type: 'int', form: 'port' },
  DstSubscriptionId: { type: 'string' },
  DstUserId: { type: 'string' },
  DstUserIdType: { type: 'string', values: 'userIdType', requiredWith: ['DstUserId'] },
  DstUsername: { type: 'string' },
  DstUsernameType: { type: 'string', values: 'usernameType', requiredWith: ['DstUsername'] },
  DstUserType: { type: 'string', values: 'userType' },
  DstVlanId: { type: 'string' },
  DstZone: { type: 'string' },
  Dvc: { type: 'string', mandatory: true },
  DvcAction: { type: 'string', values: 'dvcAction' },
  DvcDescription: { type: 'string' },
  DvcDomain: { type: 'string', form: 'domain' },
  DvcDomainType: { type: 'string', values: 'domainType', requiredWith: ['DvcDomain'] },
  DvcFQDN: { type: 'string', form: 'fqdn' },
  DvcHostname: { type: 'string', form: 'hostname' },
  DvcId: { type: 'string' },
  DvcIdType: { type: 'string', values: 'dvcIdType', requiredWith: ['DvcId'] },
  DvcInboundInterface: { type: 'string' },
  DvcInterface: { type: 'string' },
  DvcIpAddr: { type: 'string', form: 'ip' },
  DvcMacAddr: { type: 'string', form: 'mac' },
  DvcOriginalAction: { type: 'string' },
  DvcOs: { type: 'string' },
  DvcOsVersion: { type: 'string' },
  DvcOutboundInterface: { type: 'string' },
  DvcSubscriptionId: { type: 'string' },
  DvcZone: { type: 'string' },
  EventCount: { type: 'int', mandatory: true },
  EventEndTime: { type: 'datetime', mandatory: true },
  EventMessage: { type: 'string' },
  EventOriginalResultDetails: { type: 'string' },
  EventOriginalSeverity: { type: 'string' },
  EventOriginalSubType: { type: 'string' },
  EventOriginalType: { type: 'string' },
  EventOriginalUid: { type: 'string' },
  EventProduct: { type: 'string', mandatory: true },
  EventProductVersion: { type: 'string' },
  EventReportUrl: { type: 'string' },
  EventResult: { type: 'string', mandatory: true, values: 'eventResult' },
  EventResultDetails: { type: 'string', values: 'eventResultDetails' },
  EventSchemaVersion: { type: 'string', mandatory: true, form: 'schemaVersion' },
  EventSeverity: { type: 'string', values: 'eventSeverity' },
  EventStartTime: { type: 'datetime', mandatory: true },
  EventSubType: { type: 'string', values: 'eventSubType' },
  EventType: { type: 'string', mandatory: true, values: 'eventType' },
  EventVendor: { type: 'string', mandatory: true },
  NetworkApplicationProtocol: { type: 'string' },
  NetworkBytes: { type: 'long' },
  NetworkConnectionHistory: { type: 'string' },
  NetworkDirection: { type: 'string', values: 'networkDirection' },
  NetworkDuration: { type: 'int' },
  NetworkIcmpCode: { type: 'int' },
  NetworkIcmpType: { type: 'string' },
  NetworkPackets: { type: 'long' },
  NetworkProtocol: { type: 'string' },
  NetworkProtocolVersion: { type: 'string', values: 'networkProtocolVersion' },
  NetworkRuleName: { type: 'string' },
  NetworkRuleNumber: { type: 'int' },
  NetworkSessionId: { type: 'string' },
  SrcAppId: { type: 'string' },
  SrcAppName: { type: 'string' },
  SrcAppType: { type: 'string', values: 'appType', requiredWith: ['SrcAppName', 'SrcAppId'] },
  SrcBytes: { type: 'long' },
  SrcDescription: { type: 'string' },
  SrcDeviceType: { type: 'string', values: 'deviceType' },
  SrcDomain: { type: 'string', form: 'domain' },
  SrcDomainType: { type: 'string', values: 'domainType', requiredWith: ['SrcDomain'] },
  SrcDvcId: { type: 'string' },
  SrcDvcIdType: { type: 'string', values: 'srcDvcIdType', requiredWith: ['SrcDvcId'] },
  SrcFQDN: { type: 'string', form: 'fqdn' },
  SrcGeoCity: { type: 'string' },
  SrcGeoCountry: { type: 'string' },
  SrcGeoLatitude: { type: 'real', form: 'latitude' },
  SrcGeoLongitude: { type: 'real', form: 'longitude' },
  SrcGeoRegion: { type: 'string' },
  SrcHostname: { type: 'string', form: 'hostname' },
  SrcInterfaceGuid: { type: 'string' },
  SrcInterfaceName: { type: 'string' },
  SrcIpAddr: { type: 'string', form: 'ip', requiredWith: ['SrcHostname'] },
  SrcMacAddr: { type: 'string', form: 'mac' },
  SrcNatIpAddr: { type: 'string', form: 'ip' },
  SrcNatPortNumber: { type: 'int', form: 'port' },
  SrcOriginalUserType: { type: 'string' },
  SrcPackets: { type: 'long' },
  SrcPortNumber: { type: 'int', form: 'port' },
  SrcSubscriptionId: { type: 'string' },
  SrcUserId: { type: 'string' },
  SrcUserIdType: { type: 'string', values: 'userIdType', requiredWith: ['SrcUserId'] },
  SrcUsername: { type: 'string' },
  SrcUsernameType: { type: 'string', values: 'usernameType', requiredWith: ['SrcUsername'] },
  SrcUserType: { type: 'string', values: 'userType' },
  SrcVlanId: { type: 'string' },
  SrcZone: { type: 'string' },
  TcpFlagsAck: { type: 'boolean' },
  TcpFlagsFin: { type: 'boolean' },
  TcpFlagsPsh: { type: 'boolean' },
  TcpFlagsRst: { type: 'boolean' },
  TcpFlagsSyn: { type: 'boolean' },
  TcpFlagsUrg: { type: 'boolean' },
  ThreatCategory: { type: 'string' },
  ThreatConfidence: { type: 'int', form: 'percent' },
  ThreatField: { type: 'string', values: 'threatField', requiredWith: ['ThreatIpAddr'] },
  ThreatFirstReportedTime: { type: 'datetime' },
  ThreatId: { type: 'string' },
  ThreatIpAddr: { type: 'string', form: 'ip' },
  ThreatIsActive: { type: 'boolean' },
  ThreatLastReportedTime: { type: 'datetime' },
  ThreatName: { type: 'string' },
  ThreatOriginalConfidence: { type: 'string' },
  ThreatOriginalRiskLevel: { type: 'string' },
  ThreatRiskLevel: { type: 'int', form: 'percent' },
} as const satisfies Readonly<Record<string, Field>>;

export type FieldName = keyof typeof NETWORK_SESSION_FIELDS;
