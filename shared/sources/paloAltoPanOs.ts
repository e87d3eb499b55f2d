/**
 * Palo Alto Networks, PAN-OS traffic logs: CEF, the firewall's own CSV over syslog. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionPaloAltoCEF 0.7.1 and corrects:
 * - EventSeverity is Low for all that was not allowed;
 * - EventEndTime is the start plus the duration;
 * - `DOMAIN\user` is a Windows user name;
 * - direction comes from the zones, else from the addresses; EventResultDetails, EventSubType and the serial number are kept.
 * Bytes as upstream: `out` are the source's, `in` the destination's (the vendor's own template writes them the other way
 * round, which no line shows; their sum is right either way).
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { splitCsv } from '../formats/csv';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, ownRow, securityLog } from './commonSecurityLog';
import { wholeNumber } from './numbers';
import { PALO_ALTO_REASONS, paloAltoAction, paloAltoApplication, zoneDirection } from './paloAltoActions';
import type { Row } from './row';
import { dead, type LogLine, lineForm, type MappingContext, type Refusal, type RowSource, skipped } from './source';

/** Extensions with a field of their own; the rest goes to AdditionalFields. */
const MAPPED: ReadonlySet<string> = new Set([
  'start',
  'reason',
  'PanOSPacketsReceived',
  'PanOSPacketsSent',
  'PanOSDstPackets',
  'PanOSsrc_packets',
  'PanOSSourceLocation',
  'PanOSDestinationLocation',
]);

/** Log type and subtype: the line's name and class, which some sites' templates have the other way round. */
function logType(name: string, classId: string): readonly [type: string, subtype: string] {
  return /^traffic$/i.test(classId) && !/^traffic$/i.test(name)
    ? ['TRAFFIC', name.toLowerCase()]
    : [name.toUpperCase(), classId.toLowerCase()];
}

/** A location that is a country; ranges of private addresses and `Reserved` stand there as well. */
function country(text: string): string {
  return /\d/.test(text) || text === 'Reserved' ? '' : text;
}

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const [type, subtype] = logType(get('Activity'), get('DeviceEventClassID'));
  if (type !== 'TRAFFIC') return skipped('notTraffic');
  const source = get('SourceIP') || get('DeviceCustomIPv6Address2');
  const destination = get('DestinationIP') || get('DeviceCustomIPv6Address3');
  const seconds = wholeNumber(log.labelled('elapsedtimeinseconds') || get('FieldDeviceCustomNumber3'));
  const originalAction = get('DeviceAction');
  const action = paloAltoAction(originalAction || subtype);
  const allowed = action === 'Allow' || (action === undefined && originalAction === '');
  const reason = get('Reason') || log.extension('reason');
  const application = get('ApplicationProtocol');
  const [from, to] = [
    log.labelled('sourcezone') || get('DeviceCustomString4'),
    log.labelled('destinationzone') || get('DeviceCustomString5'),
  ];
  const serial = get('DeviceExternalID');
  const sequence = get('ExtID') || log.extension('externalId');
  const start = parseLogTime(get('StartTime') || log.extension('start'));
  return {
    EventStartTime: start,
    // Only when its end was received is known.
    EventEndTime: start === undefined ? parseLogTime(get('ReceiptTime')) : undefined,
    NetworkDuration: seconds === undefined ? undefined : seconds * 1000,
    EventCount: get('EventCount') || log.extension('cnt'),
    EventSubType: subtype === 'start' ? 'Start' : subtype === 'end' ? 'End' : undefined,
    EventResult: allowed ? 'Success' : 'Failure',
    EventResultDetails: PALO_ALTO_REASONS.get(reason.toLowerCase()),
    EventSeverity: allowed ? 'Informational' : 'Low',
    EventProductVersion: get('DeviceVersion'),
    EventOriginalUid: serial !== '' && /^[1-9]\d{0,19}$/.test(sequence) ? `${serial}-${sequence}` : '',
    EventOriginalType: type,
    EventOriginalSubType: subtype,
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalResultDetails: reason,
    EventMessage: get('Message'),
    DvcHostname: get('DeviceName') || get('Computer'),
    DvcIpAddr: get('DeviceAddress'),
    DvcId: serial,
    DvcAction: action,
    DvcOriginalAction: originalAction,
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: source,
    SrcPortNumber: get('SourcePort'),
    SrcMacAddr: get('SourceMACAddress'),
    SrcNatIpAddr: get('SourceTranslatedAddress'),
    SrcNatPortNumber: get('SourceTranslatedPort'),
    SrcUsername: get('SourceUserName'),
    SrcZone: from,
    SrcGeoCountry: country(log.extension('PanOSSourceLocation')),
    SrcBytes: get('SentBytes'),
    SrcPackets: log.extension('PanOSPacketsSent') || log.extension('PanOSsrc_packets'),
    DstIpAddr: destination,
    DstPortNumber: get('DestinationPort'),
    DstMacAddr: get('DestinationMACAddress'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstUsername: get('DestinationUserName'),
    DstZone: to,
    DstGeoCountry: country(log.extension('PanOSDestinationLocation')),
    DstBytes: get('ReceivedBytes'),
    DstPackets: log.extension('PanOSPacketsReceived') || log.extension('PanOSDstPackets'),
    NetworkBytes: log.labelled('totalbytes') || get('FlexNumber1'),
    NetworkPackets: log.labelled('packets') || get('FieldDeviceCustomNumber2'),
    NetworkSessionId: log.labelled('sessionid') || get('FieldDeviceCustomNumber1'),
    NetworkRuleName: log.labelled('rule') || get('DeviceCustomString1'),
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: paloAltoApplication(application),
    NetworkDirection: zoneDirection(from, to, context.addresses.look(source), context.addresses.look(destination)),
    AdditionalFields: {
      UrlCategory: log.labelled('urlcategory') || get('DeviceCustomString2'),
      VirtualSystem: log.labelled('virtualsystem') || get('DeviceCustomString3'),
      LogProfile: log.labelled('logprofile') || get('DeviceCustomString6'),
      ActionSource: get('DeviceEventCategory'),
      SessionFlags: log.labelled('flags') || get('FlexString1'),
      ApplicationProtocol: paloAltoApplication(application) === '' ? application : '',
      ...Object.fromEntries([...log.extensions()].filter(([key]) => !MAPPED.has(key))),
    },
  };
}

/** Columns of the firewall's CSV by place (PAN-OS 8 to 11); newer versions only add behind. */
const CSV_COLUMNS: ReadonlyMap<string, number> = new Map([
  ['ReceiptTime', 1],
  ['DeviceExternalID', 2],
  ['Activity', 3],
  ['DeviceEventClassID', 4],
  ['SourceIP', 7],
  ['DestinationIP', 8],
  ['SourceTranslatedAddress', 9],
  ['DestinationTranslatedAddress', 10],
  ['DeviceCustomString1', 11],
  ['SourceUserName', 12],
  ['DestinationUserName', 13],
  ['ApplicationProtocol', 14],
  ['DeviceCustomString3', 15],
  ['DeviceCustomString4', 16],
  ['DeviceCustomString5', 17],
  ['DeviceInboundInterface', 18],
  ['DeviceOutboundInterface', 19],
  ['DeviceCustomString6', 20],
  ['FieldDeviceCustomNumber1', 22],
  ['EventCount', 23],
  ['SourcePort', 24],
  ['DestinationPort', 25],
  ['SourceTranslatedPort', 26],
  ['DestinationTranslatedPort', 27],
  ['FlexString1', 28],
  ['Protocol', 29],
  ['DeviceAction', 30],
  ['FlexNumber1', 31],
  ['SentBytes', 32],
  ['ReceivedBytes', 33],
  ['FieldDeviceCustomNumber2', 34],
  ['StartTime', 35],
  ['FieldDeviceCustomNumber3', 36],
  ['DeviceCustomString2', 37],
  ['ExtID', 39],
  ['Reason', 46],
  ['DeviceName', 52],
  ['DeviceEventCategory', 53],
]);
/** Columns that only AdditionalExtensions has room for. */
const CSV_EXTENSIONS: readonly (readonly [key: string, place: number])[] = [
  ['PanOSPacketsSent', 44],
  ['PanOSPacketsReceived', 45],
  ['PanOSSourceLocation', 41],
  ['PanOSDestinationLocation', 42],
];
/** Up to the elapsed time: what every version writes of traffic. */
const LEAST_COLUMNS = 37;
/** Behind these a newer version's line has its time once more, with the zone that all others lack. */
const FIRST_LATE_COLUMN = 54;
const CSV = /(?:^|\s)(\d{0,2},\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2},[^,]{0,40},[A-Z][A-Z0-9-]{2,20},.*)$/s;
/** The first line of what the firewall's own pages export. */
const EXPORT_HEADER = /^"?Domain"?,"?Receive Time"?,"?Serial/;
const ZONED_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

function read({ text, syslog }: LogLine): Row | Refusal | undefined {
  const found = CSV.exec(text)?.[1];
  if (found === undefined) return undefined;
  const cells = splitCsv(found);
  if (cells !== undefined && cells[3] !== 'TRAFFIC') return skipped('notTraffic');
  if (cells === undefined || cells.length < LEAST_COLUMNS) return dead('malformedCsv');
  const zone = cells.slice(FIRST_LATE_COLUMN).find((cell) => ZONED_TIME.test(cell));
  const offset = zone === undefined ? '' : (ZONED_TIME.exec(zone)?.[1] ?? '');
  const values: Record<string, string | undefined> = {};
  for (const [column, place] of CSV_COLUMNS) values[column] = cells[place];
  for (const column of ['ReceiptTime', 'StartTime']) values[column] = iso(values[column] ?? '', offset);
  const extensions = new Map(CSV_EXTENSIONS.map(([key, place]) => [key, cells[place] ?? '']));
  return ownRow(extensions, values, {
    DeviceName: values.DeviceName || syslog?.host,
    DeviceVendor: 'Palo Alto Networks',
    DeviceProduct: 'PAN-OS',
  });
}

/** A time of the device, which says its offset from UTC elsewhere or not at all. */
function iso(text: string, offset: string): string {
  const time = parseLogTime(offset === '' ? text : `${text.replaceAll('/', '-')}${offset}`);
  return time === undefined ? '' : new Date(time).toISOString();
}

export const paloAltoPanOs: RowSource = {
  id: 'paloAltoPanOs',
  vendor: 'Palo Alto Networks',
  product: 'PAN-OS',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionPaloAltoCEF 0.7.1',
  asim: { vendor: 'Palo Alto', product: 'PanOS', types: ['NetworkSession'] },
  filter: 'TRAFFIC logs; others are skipped (notTraffic).',
  forms: ['CEF', 'syslog CSV'],
  sweep: true,
  gaps: [
    'the vendor’s CEF template writes sent and received bytes the other way round than CEF says; no line shows it',
  ],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'palo alto networks', 'pan-os') || isOfProduct(row, 'paloaltonetworks', 'pan-os'),
    map,
  },
  lineForms: [lineForm(({ text }) => CSV.test(text) || EXPORT_HEADER.test(text), read)],
};
