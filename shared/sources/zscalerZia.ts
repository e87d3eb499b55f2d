/**
 * Zscaler Internet Access, cloud firewall (NSS feed): CEF, and the feed's JSON, pairs and CSV. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionZscalerZIA 0.4 and corrects:
 * - the result follows the action: `Allow due to insufficient app data` succeeds; what was blocked is Low;
 * - user names have their own type, `None` is no threat; the server-side address is the translated source, else the tunnel's;
 * - the host that the feed names is the client's, not the reporter.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { splitCsv } from '../formats/csv';
import { type JsonObject, StringSpan } from '../formats/json';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, ownRow, securityLog } from './commonSecurityLog';
import { JsonRow, meaningful, type Row } from './row';
import { dead, type LogLine, lineForm, type Refusal, type RowSource, skipped } from './source';

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

/** By the words in it, for what is not listed (`Blocked`, `IPS Block`). */
function actionOf(text: string): ValueOf<'dvcAction'> | undefined {
  const action = text.toLowerCase();
  const listed = ACTIONS.get(action);
  if (listed !== undefined) return listed;
  if (action.includes('reset')) return 'Reset';
  if (action.includes('drop')) return 'Drop';
  return action.includes('block') ? 'Deny' : undefined;
}

/** Percent escapes decoded where they are whole. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const NOTHING = /^(?:none|na|unknown|notavailable)$/i;
const unlessNone = (text: string): string => (NOTHING.test(text) ? '' : text);
const unlessUnspecified = (address: string): string => (address === '0.0.0.0' || address === '::' ? '' : address);

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const location = unlessNone(get('SourceUserPrivileges'));
  const user = get('SourceUserName') === location ? '' : unlessNone(get('SourceUserName'));
  const server = unlessUnspecified(log.extension('deviceTranslatedAddress') || get('DeviceTranslatedAddress'));
  const application = unlessNone(log.labelled('nwapp') || get('DeviceCustomString3'));
  return {
    EventEndTime: parseLogTime(get('ReceiptTime')),
    EventCount: log.labelled('numsessions') || get('FieldDeviceCustomNumber2'),
    NetworkDuration: log.labelled('durationms') || get('FieldDeviceCustomNumber1'),
    EventOriginalSeverity: get('LogSeverity'),
    EventProductVersion: get('DeviceVersion'),
    EventMessage: get('Message'),
    DvcAction: actionOf(get('DeviceAction')),
    DvcOriginalAction: get('DeviceAction'),
    DvcHostname: get('Computer') || get('DeviceName'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcHostname: unlessNone(get('SourceHostName')),
    SrcUsername: plain(user),
    SrcNatIpAddr: server || get('SourceTranslatedAddress'),
    SrcNatPortNumber: server === '' ? get('SourceTranslatedPort') : log.extension('deviceTranslatedPort'),
    SrcGeoCountry: unlessNone(log.extension('srcCountry')),
    SrcBytes: get('SentBytes'),
    DstIpAddr: get('DestinationIP'),
    DstPortNumber: get('DestinationPort'),
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstGeoCountry: unlessNone(log.extension('destCountry')),
    DstBytes: get('ReceivedBytes'),
    DstAppName: application,
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: unlessNone(log.labelled('nwservice') || get('DeviceCustomString2')).toUpperCase(),
    NetworkRuleName: plain(unlessNone(get('Activity'))),
    stated: 'Outbound',
    ThreatCategory: unlessNone(log.labelled('threatcat') || get('DeviceEventCategory')),
    ThreatName: unlessNone(log.labelled('threatname') || get('DeviceCustomString6')),
    AdditionalFields: {
      Department: plain(unlessNone(log.labelled('dept') || get('DeviceCustomString1'))),
      Location: plain(location),
      Aggregated: log.labelled('aggregated') || get('DeviceCustomString4'),
      IpCategory: unlessNone(log.labelled('ipcat')),
      TunnelType: log.extension('tunnelType'),
      TunnelIpAddr: unlessUnspecified(get('SourceTranslatedAddress')),
      Reason: plain(get('Reason')),
      IpsRule: plain(unlessNone(log.extension('ipsrulelabel'))),
      DeviceOwner: plain(unlessNone(log.extension('deviceowner'))),
    },
    ...(application !== '' && { DstAppType: 'Service' as const }),
  };
}

/** The feed's own names, by the column that they fill. */
const FEED: readonly (readonly [column: string, names: readonly string[]])[] = Object.entries({
  SourceIP: ['csip'],
  SourcePort: ['csport'],
  DestinationIP: ['cdip'],
  DestinationPort: ['cdport'],
  DeviceTranslatedAddress: ['ssip'],
  DestinationTranslatedAddress: ['sdip'],
  DestinationTranslatedPort: ['sdport'],
  SourceTranslatedAddress: ['tsip'],
  SourceTranslatedPort: ['tsport', 'tunsport'],
  Protocol: ['proto', 'ipproto'],
  DeviceAction: ['action'],
  ReceivedBytes: ['inbytes'],
  SentBytes: ['outbytes'],
  FieldDeviceCustomNumber1: ['durationms'],
  FieldDeviceCustomNumber2: ['numsessions'],
  Activity: ['rulelabel', 'rule'],
  SourceUserName: ['user', 'login', 'elogin'],
  SourceUserPrivileges: ['location', 'locationname', 'elocation'],
  SourceHostName: ['devicehostname'],
  DeviceCustomString1: ['dept', 'department', 'edepartment'],
  DeviceCustomString2: ['nwsvc', 'nwservice'],
  DeviceCustomString3: ['nwapp'],
  DeviceCustomString4: ['aggregate'],
  DeviceCustomString6: ['threatname'],
  DeviceEventCategory: ['threatcat'],
});
/** What CommonSecurityLog has no column for, under the names of the vendor's CEF template. */
const FEED_EXTENSIONS: readonly (readonly [key: string, names: readonly string[]])[] = Object.entries({
  deviceTranslatedPort: ['ssport'],
  tunnelType: ['ttype', 'tuntype'],
  destCountry: ['destcountry'],
  srcCountry: ['srcipcountry'],
  ipsrulelabel: ['ipsrulelabel'],
  deviceowner: ['deviceowner'],
});
/** Columns of the feed's CSV as the vendor preset it. */
const CSV_NAMES =
  'datetime user department locationname cdport csport sdport ssport csip cdip ssip sdip tsip tsport ttype action dnat stateful aggregate nwsvc nwapp proto ipcat destcountry avgduration rulelabel inbytes outbytes duration durationms numsessions ipsrulelabel threatcat threatname deviceowner devicehostname'.split(
    ' ',
  );
/** Up to the number of sessions: the rest came later. */
const LEAST_COLUMNS = 31;

/** `Mon Mar  2 10:00:12 2026` in the feed's zone, which is UTC unless it was changed. */
function feedTime(text: string, zone: string): number | undefined {
  const parts = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d{2}:\d{2}:\d{2}) (\d{4})$/.exec(text);
  if (parts === null) return parseLogTime(text);
  return parseLogTime(`${parts[1]} ${parts[2]?.padStart(2, '0')} ${parts[4]} ${parts[3]} ${zone}`.trim());
}

function feedRow(get: (name: string) => string, received?: number): Row {
  const first = (names: readonly string[]): string => names.map(get).find((text) => text !== '') ?? '';
  const time = feedTime(get('datetime') || get('time'), get('tz')) ?? parseLogTime(get('epochtime')) ?? received;
  const category = get('ipcat');
  const extensions = new Map(FEED_EXTENSIONS.map(([key, names]) => [key, first(names)]));
  const cells = Object.fromEntries(FEED.map(([column, names]) => [column, first(names)]));
  return ownRow(extensions, cells, {
    DeviceCustomString5: category,
    DeviceCustomString5Label: category === '' ? '' : 'ipCat',
    DeviceVendor: 'Zscaler',
    DeviceProduct: 'NSSFWlog',
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

function readObject(record: JsonObject): Row | Refusal {
  const { sourcetype, event = record } = record;
  if (typeof sourcetype === 'string' && sourcetype !== FIREWALL_FEED) return skipped('otherFeed');
  if (typeof event !== 'object' || event === null || Array.isArray(event) || event instanceof StringSpan)
    return dead('noEvent');
  const fields = new JsonRow(COMMON_SECURITY_LOG, event as JsonObject);
  return feedRow((name) => fields.text(name));
}

/** Pairs between tabs, else between blanks. */
function readPairs({ message, syslog }: LogLine): Row {
  const pairs = new Map<string, string>();
  if (message.includes('\t')) {
    for (const pair of message.split('\t', MAX_PAIRS)) {
      const equals = pair.indexOf('=');
      if (equals > 0) pairs.set(pair.slice(0, equals).trim(), unquoted(pair.slice(equals + 1)));
    }
  } else for (const [key, value] of parseKeyValues(message)) pairs.set(key, value);
  return feedRow((name) => meaningful(pairs.get(name) ?? ''), syslog?.time);
}

const MAX_PAIRS = 200;
const unquoted = (text: string): string => text.trim().replace(/^"(.*)"$/s, '$1');

function readCsv({ message, syslog }: LogLine): Row | Refusal {
  const cells = splitCsv(message);
  if (cells === undefined || cells.length < LEAST_COLUMNS) return dead('malformedCsv');
  const values = new Map(CSV_NAMES.map((name, place) => [name, meaningful(cells[place] ?? '')]));
  return feedRow((name) => values.get(name) ?? '', syslog?.time);
}

const FIREWALL_FEED = 'zscalernss-fw';
const CSV = /^"?[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d{2}:\d{2}:\d{2} \d{4}"?,(?:[^,]{0,200},){7}"?[\d.]{7,15}"?,/;

export const zscalerZia: RowSource = {
  id: 'zscalerZia',
  vendor: 'Zscaler',
  product: 'ZIA firewall',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionZscalerZIA 0.4',
  asim: { vendor: 'Zscaler', product: 'ZIA Firewall', types: ['NetworkSession'] },
  filter: 'Every record of the firewall feed; other feeds are skipped (otherFeed, otherProduct).',
  forms: ['CEF', 'NSS JSON (`zscalernss-fw`)', 'NSS pairs between tabs', 'NSS CSV as preset'],
  sweep: 'it guards what goes out; nothing comes in through it',
  gaps: ['feeds in a customer’s own format are read as far as they keep the names'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'zscaler', 'nssfwlog'),
    map,
  },
  objectForms: [
    {
      owns: (record) =>
        (typeof record.sourcetype === 'string' && record.sourcetype.startsWith('zscalernss-')) ||
        (record.csip !== undefined && record.cdip !== undefined),
      read: readObject,
    },
  ],
  lineForms: [
    lineForm(({ message }) => /(?:^|\s)csip=/.test(message) && /\scdip=/.test(message), readPairs),
    lineForm(({ message }) => CSV.test(message), readCsv),
  ],
};
