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
import { COMMON_SECURITY_LOG, isOfProduct, securityLog } from './commonSecurityLog';
import { wholeNumber } from './numbers';
import { PALO_ALTO_REASONS, paloAltoAction, paloAltoApplication, zoneDirection } from './paloAltoActions';
import { type Row, textRow } from './row';
import { dead, type LogLine, lineForm, type MappingContext, type Refusal, type RowSource, skipped } from './source';

/** Extensions with a field of their own; the rest goes to AdditionalFields. */
const MAPPED: ReadonlySet<string> = new Set([
  'start',
  'reason',
  'PanOSPacketsReceived',
  'PanOSPacketsSent',
  'PanOSDstPackets',
  'PanOSsrc_packets',
]);

function map(row: Row, context: MappingContext): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  if (get('Activity').toUpperCase() !== 'TRAFFIC') return skipped('notTraffic');
  const source = get('SourceIP') || get('DeviceCustomIPv6Address2');
  const destination = get('DestinationIP') || get('DeviceCustomIPv6Address3');
  const seconds = wholeNumber(log.labelled('elapsedtimeinseconds') || get('FieldDeviceCustomNumber3'));
  const subtype = get('DeviceEventClassID').toLowerCase();
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
    EventOriginalType: get('Activity'),
    EventOriginalSubType: get('DeviceEventClassID'),
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
    SrcBytes: get('SentBytes'),
    SrcPackets: log.extension('PanOSPacketsSent') || log.extension('PanOSsrc_packets'),
    DstIpAddr: destination,
    DstPortNumber: get('DestinationPort'),
    DstMacAddr: get('DestinationMACAddress'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstUsername: get('DestinationUserName'),
    DstZone: to,
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
/** Up to the elapsed time: what every version writes. */
const LEAST_COLUMNS = 37;
const CSV = /(?:^|\s)(\d{0,2},\d{4}\/\d{2}\/\d{2} \d{2}:\d{2}:\d{2},[^,]{0,40},TRAFFIC,.*)$/s;

function read({ text, syslog }: LogLine): Row | Refusal {
  const found = CSV.exec(text)?.[1];
  const cells = found === undefined ? undefined : splitCsv(found);
  if (cells === undefined || cells.length < LEAST_COLUMNS) return dead('malformedCsv');
  const values = Object.fromEntries([...CSV_COLUMNS].map(([column, place]) => [column, cells[place]]));
  const packets = [
    ['PanOSPacketsSent', cells[44]],
    ['PanOSPacketsReceived', cells[45]],
  ].filter(([, value]) => value !== undefined && value !== '');
  return textRow(COMMON_SECURITY_LOG, {
    ...values,
    DeviceName: values.DeviceName || syslog?.host,
    DeviceVendor: 'Palo Alto Networks',
    DeviceProduct: 'PAN-OS',
    AdditionalExtensions: packets.map((pair) => pair.join('=')).join(';'),
  });
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
    owns: (row) => isOfProduct(row, 'palo alto networks', 'pan-os'),
    map,
  },
  lineForms: [lineForm(({ text }) => text.includes(',TRAFFIC,') && CSV.test(text), read)],
};
