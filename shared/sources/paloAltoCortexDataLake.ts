/**
 * Palo Alto Networks, Cortex Data Lake (Strata Logging Service): traffic logs as CEF, and as the service's JSON. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionPaloAltoCortexDataLake 0.1.1 and corrects:
 * - NetworkDuration is in milliseconds, the end is the start plus the duration;
 * - direction comes from the zones, else from the addresses: client-to-server tells who began, not where it went;
 * - every spelling of the actions is known; aged-out is a time-out; the application is the protocol's and the destination's.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, securityLog } from './commonSecurityLog';
import { wholeNumber } from './numbers';
import { PALO_ALTO_REASONS, paloAltoAction, paloAltoApplication, zoneDirection } from './paloAltoActions';
import { JsonRow, type Row, textOf, textRow } from './row';
import { type MappingContext, type Refusal, type RowSource, skipped } from './source';

function severity(text: string): ValueOf<'eventSeverity'> | undefined {
  if (!/^\d{1,2}$/.test(text)) return undefined;
  const level = Number(text);
  return level <= 5 ? 'Low' : level <= 8 ? 'Medium' : 'High';
}

/** A location that is a country; ranges of private addresses stand there as well. */
function country(text: string): string {
  return /\d/.test(text) ? '' : text;
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  if (get('DeviceEventClassID').toUpperCase() !== 'TRAFFIC') return skipped('notTraffic');
  const zone = get('DeviceTimeZone');
  const time = (text: string): number | undefined =>
    parseLogTime(text) === undefined
      ? undefined
      : parseLogTime(zone !== '' && !/[A-Z]{2,}$|Z$|[+-]\d/.test(text) ? `${text} ${zone}` : text);
  const seconds = wholeNumber(log.labelled('sessionduration') || get('FieldDeviceCustomNumber3'));
  const [from, to] = [
    log.labelled('fromzone') || get('DeviceCustomString4'),
    log.labelled('tozone') || get('DeviceCustomString5'),
  ];
  const [source, destination] = [
    get('SourceIP') || get('DeviceCustomIPv6Address2'),
    get('DestinationIP') || get('DeviceCustomIPv6Address3'),
  ];
  const originalAction = get('DeviceAction');
  const reason = get('Reason') || log.extension('reason');
  const application = get('ApplicationProtocol');
  const subtype = get('Activity').toLowerCase();
  const risk = wholeNumber(log.extension('PanOSApplicationRisk'));
  const saas = log.extension('PanOSIsSaaSApplication').toLowerCase();
  const serial = get('DeviceExternalID');
  const sequence = get('ExtID');
  const named = paloAltoApplication(application);
  return {
    EventStartTime: time(log.extension('PanOSSessionStartTime')) ?? time(get('StartTime')),
    NetworkDuration: seconds === undefined ? undefined : seconds * 1000,
    EventCount: get('EventCount'),
    EventSubType: subtype === 'start' ? 'Start' : subtype === 'end' ? 'End' : undefined,
    EventResult: originalAction === '' || paloAltoAction(originalAction) === 'Allow' ? 'Success' : 'Failure',
    EventResultDetails: PALO_ALTO_REASONS.get(reason.toLowerCase()),
    EventSeverity: severity(get('LogSeverity')),
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalResultDetails: reason,
    EventOriginalType: get('DeviceEventClassID'),
    EventOriginalSubType: get('Activity'),
    EventOriginalUid: serial !== '' && /^[1-9]\d{3,19}$/.test(sequence) ? `${serial}-${sequence}` : '',
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcAction: paloAltoAction(originalAction),
    DvcOriginalAction: originalAction,
    DvcHostname: get('DeviceName'),
    DvcIpAddr: get('DeviceAddress'),
    DvcId: serial,
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: source,
    SrcPortNumber: get('SourcePort'),
    SrcHostname: log.extension('PanOSSourceDeviceHost'),
    SrcMacAddr: log.extension('PanOSSourceDeviceMac'),
    SrcDvcId: log.extension('PanOSSourceUUID'),
    SrcNatIpAddr: get('SourceTranslatedAddress'),
    SrcNatPortNumber: get('SourceTranslatedPort'),
    SrcUsername: (get('SourceUserName') || log.extension('suser0')).replaceAll('\\\\', '\\'),
    SrcUserId: get('SourceUserID'),
    SrcGeoCountry: country(log.extension('PanOSSourceLocation')),
    SrcZone: from,
    SrcBytes: get('SentBytes'),
    SrcPackets: log.extension('PanOSPacketsSent'),
    DstIpAddr: destination,
    DstPortNumber: get('DestinationPort'),
    DstHostname: log.extension('PanOSDestinationDeviceHost'),
    DstMacAddr: log.extension('PanOSDestinationDeviceMac'),
    DstDvcId: log.extension('PanOSDestinationUUID'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstUsername: (get('DestinationUserName') || log.extension('duser0')).replaceAll('\\\\', '\\'),
    DstUserId: get('DestinationUserID'),
    DstGeoCountry: country(log.extension('PanOSDestinationLocation')),
    DstZone: to,
    DstBytes: get('ReceivedBytes'),
    DstPackets: log.extension('PanOSPacketsReceived'),
    DstAppName: named === '' ? '' : application,
    NetworkPackets: log.labelled('packetstotal') || get('FieldDeviceCustomNumber2'),
    NetworkSessionId: log.labelled('sessionid') || get('FieldDeviceCustomNumber1'),
    NetworkRuleName: log.labelled('rule') || get('DeviceCustomString1'),
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: named,
    NetworkDirection: zoneDirection(from, to, context.addresses.look(source), context.addresses.look(destination)),
    ThreatOriginalRiskLevel: log.extension('PanOSApplicationRisk'),
    ThreatRiskLevel: risk !== undefined && risk <= 5 ? risk * 20 : undefined,
    AdditionalFields: {
      UrlCategory: log.labelled('urlcategory') || get('DeviceCustomString2'),
      VirtualLocation: log.labelled('virtuallocation') || get('DeviceCustomString3'),
      ApplicationCategory: log.extension('PanOSApplicationCategory'),
      ApplicationSubcategory: log.extension('PanOSApplicationSubcategory'),
      ParentSessionId: log.extension('PanOSParentSessionID'),
      RuleUuid: log.extension('PanOSRuleUUID'),
      TenantId: log.extension('PanOSCortexDataLakeTenantID'),
      ClientToServer: log.extension('PanOSIsClienttoServer'),
      VirtualSystem: log.extension('PanOSVirtualSystemName'),
    },
    ...(named !== '' && { DstAppType: saas === 'true' ? ('SaaS application' as const) : ('Other' as const) }),
  };
}

/** The service's JSON, by the column that it fills. */
const JSON_COLUMNS: Readonly<Record<string, string>> = {
  SourceIP: 'SourceAddress',
  DestinationIP: 'DestinationAddress',
  SourcePort: 'SourcePort',
  DestinationPort: 'DestinationPort',
  SourceTranslatedAddress: 'NATSource',
  DestinationTranslatedAddress: 'NATDestination',
  SourceTranslatedPort: 'NATSourcePort',
  DestinationTranslatedPort: 'NATDestinationPort',
  Protocol: 'Protocol',
  DeviceAction: 'Action',
  SentBytes: 'BytesSent',
  ReceivedBytes: 'BytesReceived',
  SourceUserName: 'SourceUser',
  DestinationUserName: 'DestinationUser',
  ApplicationProtocol: 'Application',
  DeviceCustomString1: 'Rule',
  DeviceCustomString4: 'FromZone',
  DeviceCustomString5: 'ToZone',
  FieldDeviceCustomNumber1: 'SessionID',
  FieldDeviceCustomNumber2: 'PacketsTotal',
  FieldDeviceCustomNumber3: 'SessionDuration',
  DeviceInboundInterface: 'InboundInterface',
  DeviceOutboundInterface: 'OutboundInterface',
  DeviceName: 'DeviceName',
  DeviceExternalID: 'DeviceSN',
  ExtID: 'SequenceNo',
  Reason: 'SessionEndReason',
  Activity: 'Subtype',
  StartTime: 'SessionStartTime',
  TimeGenerated: 'TimeGenerated',
  EventCount: 'CountOfRepeats',
};

function read(record: JsonObject): Row {
  const fields = new JsonRow(COMMON_SECURITY_LOG, record);
  const cells = Object.fromEntries(Object.entries(JSON_COLUMNS).map(([column, name]) => [column, fields.text(name)]));
  const extensions = ['PacketsSent', 'PacketsReceived', 'SessionStartTime']
    .map((name) => `PanOS${name}=${fields.text(name)}`)
    .join(';');
  return textRow(COMMON_SECURITY_LOG, cells, {
    DeviceVendor: 'Palo Alto Networks',
    DeviceProduct: 'LF',
    DeviceEventClassID: textOf(record.LogType).toUpperCase(),
    AdditionalExtensions: extensions,
  });
}

export const paloAltoCortexDataLake: RowSource = {
  id: 'paloAltoCortexDataLake',
  vendor: 'Palo Alto Networks',
  product: 'Cortex Data Lake',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionPaloAltoCortexDataLake 0.1.1',
  asim: { vendor: 'Palo Alto', product: 'Cortex Data Lake', types: ['NetworkSession'] },
  filter: 'Logs of class TRAFFIC; others are skipped (notTraffic).',
  forms: ['CEF', 'Strata Logging Service JSON'],
  sweep: true,
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'palo alto networks', 'lf'),
    map,
  },
  objectForms: [
    {
      owns: (record) => typeof record.LogType === 'string' && 'SourceAddress' in record && 'FromZone' in record,
      read,
    },
  ],
};
