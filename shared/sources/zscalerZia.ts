/**
 * Zscaler Internet Access, cloud firewall (NSS feed): CEF, and the feed's JSON. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionZscalerZIA 0.4 and corrects:
 * - the result follows the action: `Allow due to insufficient app data` succeeds; what was blocked is Low;
 * - user names have their own type, `None` is no threat; the server-side address is the translated source.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { type JsonObject, StringSpan } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, securityLog } from './commonSecurityLog';
import { JsonRow, type Row, textRow } from './row';
import { dead, type Refusal, type RowSource } from './source';

const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['allow', 'Allow'],
  ['allow due to insufficient app data', 'Allow'],
  ['block/drop', 'Drop'],
  ['drop', 'Drop'],
  ['ips drop', 'Drop'],
  ['block/icmp', 'Drop ICMP'],
  ['block icmp', 'Drop ICMP'],
  ['block/reset', 'Reset'],
  ['ips reset', 'Reset'],
]);

/** Percent escapes decoded where they are whole. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const unlessNone = (text: string): string => (/^none$/i.test(text) ? '' : text);

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const location = get('SourceUserPrivileges');
  const user = get('SourceUserName') === location ? '' : get('SourceUserName');
  const application = unlessNone(log.labelled('nwapp') || get('DeviceCustomString3'));
  return {
    EventEndTime: parseLogTime(get('ReceiptTime')),
    EventCount: log.labelled('numsessions') || get('FieldDeviceCustomNumber2'),
    NetworkDuration: log.labelled('durationms') || get('FieldDeviceCustomNumber1'),
    EventOriginalSeverity: get('LogSeverity'),
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcAction: ACTIONS.get(get('DeviceAction').toLowerCase()),
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname: get('Computer') || get('DeviceName'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcUsername: plain(user),
    SrcNatIpAddr:
      log.extension('deviceTranslatedAddress') || get('DeviceTranslatedAddress') || get('SourceTranslatedAddress'),
    SrcNatPortNumber: log.extension('deviceTranslatedPort') || get('SourceTranslatedPort'),
    SrcBytes: get('SentBytes'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstGeoCountry: log.extension('destCountry'),
    DstBytes: get('ReceivedBytes'),
    DstAppName: application,
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: unlessNone(log.labelled('nwservice') || get('DeviceCustomString2')).toUpperCase(),
    NetworkRuleName: plain(get('Activity')),
    stated: 'Outbound',
    ThreatCategory: unlessNone(log.labelled('threatcat')),
    ThreatName: unlessNone(log.labelled('threatname') || get('DeviceCustomString6')),
    AdditionalFields: {
      Department: log.labelled('dept') || get('DeviceCustomString1'),
      Location: plain(location),
      Aggregated: log.labelled('aggregated') || get('DeviceCustomString4'),
      IpCategory: unlessNone(log.labelled('ipcat')),
      TunnelType: log.extension('tunnelType'),
      TunnelIpAddr: get('SourceTranslatedAddress'),
      Reason: get('Reason'),
    },
    ...(application !== '' && { DstAppType: 'Service' as const }),
  };
}

/** The feed's own names, by the column that they fill. */
const FEED: Readonly<Record<string, readonly string[]>> = {
  SourceIP: ['csip'],
  SourcePort: ['csport'],
  DestinationIP: ['cdip'],
  DestinationPort: ['cdport'],
  DeviceTranslatedAddress: ['ssip'],
  DestinationTranslatedAddress: ['sdip'],
  DestinationTranslatedPort: ['sdport'],
  SourceTranslatedAddress: ['tsip'],
  Protocol: ['proto', 'ipproto'],
  DeviceAction: ['action'],
  ReceivedBytes: ['inbytes'],
  SentBytes: ['outbytes'],
  FieldDeviceCustomNumber1: ['durationms'],
  FieldDeviceCustomNumber2: ['numsessions'],
  Activity: ['rulelabel', 'rule'],
  SourceUserName: ['user', 'login', 'elogin'],
  SourceUserPrivileges: ['location', 'locationname', 'elocation'],
  DeviceCustomString1: ['dept', 'department', 'edepartment'],
  DeviceCustomString2: ['nwsvc', 'nwservice'],
  DeviceCustomString3: ['nwapp'],
  DeviceCustomString4: ['aggregate'],
  DeviceCustomString6: ['threatname'],
  Computer: ['devicehostname'],
};

/** `Mon Mar  2 10:00:12 2026` in the feed's zone, which is UTC unless it was changed. */
function feedTime(text: string): string {
  const parts = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$/.exec(text);
  const time = parseLogTime(
    parts === null ? text : `${parts[1]} ${parts[2]?.padStart(2, '0')} ${parts[4]} ${parts[3]}`,
  );
  return time === undefined ? '' : new Date(time).toISOString();
}

function read(record: JsonObject): Row | Refusal {
  const { event } = record;
  if (typeof event !== 'object' || event === null || Array.isArray(event) || event instanceof StringSpan)
    return dead('noEvent');
  const fields = new JsonRow(COMMON_SECURITY_LOG, event as JsonObject);
  const cells = Object.fromEntries(
    Object.entries(FEED).map(([column, names]) => [
      column,
      names.map((name) => fields.text(name)).find((text) => text !== ''),
    ]),
  );
  return textRow(COMMON_SECURITY_LOG, cells, {
    DeviceVendor: 'Zscaler',
    DeviceProduct: 'NSSFWlog',
    TimeGenerated: feedTime(fields.text('datetime') || fields.text('time')),
  });
}

export const zscalerZia: RowSource = {
  id: 'zscalerZia',
  vendor: 'Zscaler',
  product: 'ZIA firewall',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionZscalerZIA 0.4',
  asim: { vendor: 'Zscaler', product: 'ZIA Firewall', types: ['NetworkSession'] },
  filter: 'Every record of the firewall feed.',
  forms: ['CEF', 'NSS JSON (`zscalernss-fw`)'],
  sweep: 'it guards what goes out; nothing comes in through it',
  gaps: ['feeds in a customer’s own format are read as far as they keep the names'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'zscaler', 'nssfwlog'),
    map,
  },
  objectForms: [{ owns: (record) => record.sourcetype === 'zscalernss-fw', read }],
};
