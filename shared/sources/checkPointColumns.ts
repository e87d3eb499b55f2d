/** Check Point's own forms (Log Exporter: syslog, Splunk and JSON; gateways' own syslog) as rows of CommonSecurityLog. */
import type { JsonObject } from '../formats/json';
import { parseKeyValues } from '../formats/keyValues';
import { parseLogTime } from '../formats/logTime';
import type { SyslogLine } from '../formats/syslog';
import { servicePort } from './ciscoAsaServices';
import { COMMON_SECURITY_LOG, ownRow } from './commonSecurityLog';
import { JsonRow, type Row } from './row';
import { type LineForm, type LogLine, lineForm, type ObjectForm } from './source';

/** Columns by the exporter's keys; what has no column goes to AdditionalExtensions. Of two keys the first that is there counts. */
const COLUMNS: ReadonlyMap<string, string> = new Map([
  ['action', 'DeviceAction'],
  ['src', 'SourceIP'],
  ['dst', 'DestinationIP'],
  ['s_port', 'SourcePort'],
  ['sport_svc', 'SourcePort'],
  ['service', 'DestinationPort'],
  ['svc', 'DestinationPort'],
  ['proto', 'Protocol'],
  ['xlatesrc', 'SourceTranslatedAddress'],
  ['xlatesport', 'SourceTranslatedPort'],
  ['xlatesport_svc', 'SourceTranslatedPort'],
  ['xlatedst', 'DestinationTranslatedAddress'],
  ['xlatedport', 'DestinationTranslatedPort'],
  ['xlatedport_svc', 'DestinationTranslatedPort'],
  ['client_outbound_bytes', 'SentBytes'],
  ['sent_bytes', 'SentBytes'],
  ['client_inbound_bytes', 'ReceivedBytes'],
  ['received_bytes', 'ReceivedBytes'],
  ['src_user_name', 'SourceUserName'],
  ['user', 'SourceUserName'],
  ['dst_user_name', 'DestinationUserName'],
  ['src_machine_name', 'SourceHostName'],
  ['dst_machine_name', 'DestinationHostName'],
  ['service_id', 'Activity'],
]);
/** The exporter's severities, by number. */
const SEVERITIES: readonly string[] = ['Informational', 'Low', 'Medium', 'High', 'Critical'];

/** Blades that report attacks rather than connections. */
const ATTACKS = /smartdefense|\bips\b|threat|anti[- ]?(?:malware|virus|bot)/i;

function row(pairs: ReadonlyMap<string, string>, syslog: SyslogLine | undefined): Row {
  const get = (key: string): string => pairs.get(key) ?? '';
  const cells: Record<string, string> = {};
  const extensions = new Map<string, string>();
  for (const [key, value] of pairs) {
    const column = COLUMNS.get(key);
    if (column === undefined) extensions.set(key, value);
    else cells[column] ||= column === 'DestinationPort' ? servicePort(value) : value;
  }
  const attack = ATTACKS.test(productOf(pairs));
  const time = parseLogTime(get('time')) ?? syslog?.time;
  const custom = attack ? attackColumns(get) : connectionColumns(get);
  return ownRow(extensions, cells, {
    ...custom,
    DeviceVendor: 'Check Point',
    DeviceProduct: attack ? 'SmartDefense' : 'VPN-1 & FireWall-1',
    DeviceName: get('originsicname') === '' && get('origin_sic_name') === '' ? syslog?.host : undefined,
    [get('ifdir') === 'inbound' ? 'DeviceInboundInterface' : 'DeviceOutboundInterface']: get('ifname'),
    LogSeverity: SEVERITIES[Number(get('severity') || Number.NaN)] ?? get('severity'),
    TimeGenerated: time === undefined ? undefined : new Date(time).toISOString(),
  });
}

type Get = (key: string) => string;

/** A custom field with its label; nothing when it is empty. */
function field(column: string, value: string, label: string, labelOf = `${column}Label`): Record<string, string> {
  return value === '' ? {} : { [column]: value, [labelOf]: label };
}

function connectionColumns(get: Get): Record<string, string> {
  return {
    ...field('DeviceCustomString2', get('rule_name'), 'Rule Name'),
    ...field('FieldDeviceCustomNumber2', get('icmp_type'), 'ICMP Type', 'DeviceCustomNumber2Label'),
    ...field('FieldDeviceCustomNumber3', get('icmp_code'), 'ICMP Code', 'DeviceCustomNumber3Label'),
  };
}

function attackColumns(get: Get): Record<string, string> {
  return {
    Activity: get('protection_name') || get('attack'),
    SourceServiceName: get('service_id'),
    Message: get('attack'),
    ...field('DeviceCustomString2', get('protection_id'), 'Protection ID'),
    ...field('DeviceCustomString3', get('protection_type'), 'Protection Type'),
    ...field('DeviceCustomString4', get('protection_name'), 'Protection Name'),
    ...field('FlexNumber1', get('confidence_level'), 'Confidence'),
    ...field('FlexNumber2', get('performance_impact'), 'Performance Impact'),
    ...field('FlexString2', get('attack_info'), 'Attack Information'),
  };
}

function productOf(pairs: ReadonlyMap<string, string>): string {
  return pairs.get('product') ?? pairs.get('ProductName') ?? '';
}

/** `[action:"Accept"; src:"10.0.0.1"; …]`, `action="Accept" src="10.0.0.1" …`, and `time=…|action=Accept|src=10.0.0.1|…`. */
const OWN = /^\[?\s?(?:action|flags|ifdir|loguid|time|loc|product)(?::"|=)/;
const OWN_KEYS = /(?:^|[\s;[|])(?:loguid|origin|orig|product|ifdir)[:=]/;
/** A gateway's own syslog keeps all in structured data, under the vendor's number. */
const STRUCTURED = /^\[Fields@1\.3\.6\.1\.4\.1\.2620 /;
const PRODUCT = /(?:^|[\s;[|])(?:product|ProductName)(?::"|="?)([^"|;]{0,60})/;

function isOwn(line: LogLine): boolean {
  const text = textOf(line);
  if (STRUCTURED.test(text)) return true;
  return OWN.test(text) && (OWN_KEYS.test(text) || /^check ?point$/i.test(line.syslog?.program ?? ''));
}

/** After an RFC 5424 header all of it is structured data, by its brackets. */
function textOf({ message, syslog }: LogLine): string {
  return message.trim() === '' ? (syslog?.structuredData ?? '') : message;
}

function read(line: LogLine): Row {
  const text = textOf(line);
  const piped = /^[\w/-]{1,40}=[^|"]{0,200}\|/.test(text);
  return row(piped ? pipedPairs(text) : parseKeyValues(text), line.syslog);
}

const MAX_PAIRS = 400;

function pipedPairs(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split('|', MAX_PAIRS)) {
    const equals = pair.indexOf('=');
    const key = pair.slice(0, Math.max(equals, 0)).trim();
    if (key !== '' && !pairs.get(key)) pairs.set(key.replace(/^i\/f_/, 'if'), pair.slice(equals + 1).trim());
  }
  return pairs;
}

/** Lines of the blades that report attacks, or of the others. */
export function checkPointLines(attacks: boolean): LineForm {
  return lineForm((line) => isOwn(line) && ATTACKS.test(PRODUCT.exec(textOf(line))?.[1] ?? '') === attacks, read);
}

/** The same keys as JSON. */
export function checkPointObjects(attacks: boolean): ObjectForm {
  return {
    owns: (record) =>
      typeof record.loguid === 'string' &&
      typeof record.origin === 'string' &&
      ATTACKS.test(productOf(pairsOf(record))) === attacks,
    read: (record) => row(pairsOf(record), undefined),
  };
}

function pairsOf(record: JsonObject): ReadonlyMap<string, string> {
  const fields = new JsonRow(COMMON_SECURITY_LOG, record);
  return new Map([...fields.columns()].slice(0, MAX_PAIRS).map((key) => [key, fields.text(key)]));
}

/** The common name in a SIC name: `CN=gw1,O=…`, in either case, also with its equals signs escaped. */
export function sicName(text: string): string {
  const name = /\bCN\\?=([^,;]{1,100})/i.exec(text)?.[1]?.trim() ?? '';
  // Every management server is called so; its own name is that of its authority.
  return name === 'cp_mgmt' ? (/\bO\\?=([^,;.]{1,100})/i.exec(text)?.[1]?.trim() ?? name) : name;
}

/** Whether the gateway that a log names as its origin is named by its address. */
export function isAddress(origin: string): boolean {
  return /^[\d.]+$/.test(origin) || origin.includes(':');
}

/** A log's id; one of nothing but zeros is none. */
export function logUid(text: string): string {
  return /[1-9a-f]/i.test(text.replaceAll('0x', '')) ? text : '';
}
