/**
 * CEF lines: `[syslog header ]CEF:0|vendor|product|version|class id|name|severity|key=value key=value …`.
 * Values may hold spaces and, against the rules, unescaped equals signs: a key is one only when CEF or a vendor knows it.
 */

export interface CefLine {
  /** The sender's name or address in the syslog header before it, when there is one. */
  readonly sender: string | undefined;
  readonly vendor: string;
  readonly product: string;
  readonly version: string;
  readonly classId: string;
  readonly name: string;
  readonly severity: string;
  /** Unescaped values by key; of a repeated key the first that is not empty. */
  readonly extension: ReadonlyMap<string, string>;
}

/** The marker may have a space after it or be cut off; a syslog header stands before it. */
const START = /(?:CEF: ?|^)[01]\|/;
const MAX_HEADER = 512;

/** CEF's own dictionary, and what products add without a prefix. */
const KEYS: ReadonlySet<string> = new Set(
  (
    'act agentDnsDomain agentNtDomain agentTranslatedAddress agentTranslatedZoneExternalID agentTranslatedZoneURI ' +
    'agentZoneExternalID agentZoneURI agt ahost aid amac app art at atz av c6a1 c6a2 c6a3 c6a4 cat cfp1 cfp2 cfp3 cfp4 cnt ' +
    'cn1 cn2 cn3 cs1 cs2 cs3 cs4 cs5 cs6 customerExternalID customerURI destinationDnsDomain destinationServiceName ' +
    'destinationTranslatedAddress destinationTranslatedPort destinationTranslatedZoneExternalID destinationTranslatedZoneURI ' +
    'destinationZoneExternalID destinationZoneURI deviceCustomDate1 deviceCustomDate2 deviceDirection deviceDnsDomain ' +
    'deviceExternalId deviceFacility deviceInboundInterface deviceNtDomain deviceOutboundInterface devicePayloadId ' +
    'deviceProcessName deviceSeverity deviceTranslatedAddress deviceTranslatedZoneExternalID deviceTranslatedZoneURI deviceZoneExternalID ' +
    'deviceZoneURI dhost dlat dlong dmac dntdom dpid dpriv dproc dpt dst dtz duid duser dvc dvchost dvcmac dvcpid ' +
    'end eventId externalId fileCreateTime fileHash fileId fileModificationTime filePath filePermission fileType flexDate1 ' +
    'flexNumber1 flexNumber2 flexString1 flexString2 fname fsize in msg oldFileCreateTime oldFileHash oldFileId ' +
    'oldFileModificationTime oldFileName oldFilePath oldFilePermission oldFileSize oldFileType out outcome proto rawEvent reason ' +
    'request requestClientApplication requestContext requestCookies requestMethod rt shost slat slong smac sntdom ' +
    'sourceDnsDomain sourceServiceName sourceTranslatedAddress sourceTranslatedPort sourceTranslatedZoneExternalID ' +
    'sourceTranslatedZoneURI sourceZoneExternalID sourceZoneURI spid spriv sproc spt src start suid suser suser0 duser0 type'
  ).split(' '),
);
/** Keys of some products' own, by vendor in lower case: words that elsewhere may stand in a value. */
const VENDOR_KEYS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries({
    'check point':
      'alert conn_direction ifdir ifname inspection_category inspection_item inspection_profile inzone outzone layer_name layer_uuid ' +
      'logid loguid mac_destination_address mac_source_address match_id origin originsicname parent_rule product rule rule_action ' +
      'rule_name rule_uid sequencenum service_id version icmp_type icmp_code client_inbound_bytes client_outbound_bytes ' +
      'segment_time sig_id hll_key context_num bytes packets service user src_user_name user_group cp_severity nat_rulenum ' +
      'nat_addtnl_rulenum NAT_rulenum NAT_addtnl_rulenum Signature log_delay origin_sic_name',
    cisco: 'bytesIn bytesOut instanceID policy clientApplicationID clientUrl dvcpid Request',
    crowdstrike:
      'deviceId hostName connectionDirection localAddress localPort remoteAddress remotePort protocol icmpCode icmpType ruleAction ' +
      'ruleName ruleGroupName ruleDescription ruleId matchCount networkProfile cmdLine eventType imageFileName commandLine ipv ' +
      'policyName policyID matchCountSinceLastReport status tactic technique objective CSMTRPatternDisposition timestamp pid treeID',
    zscaler:
      'deviceTranslatedPort tunnelType dnat stateful avgduration destCountry destCountryName srcCountry rulelabel ipsrulelabel dnatrulelabel ' +
      'in_bytes out_bytes Severity name deviceEventClassId deviceowner',
    sonicwall:
      'gcat snpt dnpt fw_action susr srcV6 dstV6 appcat appName appid sid spycat ipscat spkt rpkt cdur sess note vpnpolicy rule sn fw ' +
      'pri m n uuid bytesRx bytesTotal dpi catid contentObject af_polid af_policy af_type af_service af_action arg code srcZone dstZone',
    forcepoint: 'requestURL virusId',
    fortinet:
      'action appcat appid applist apprisk craction crlevel crscore date devid devname dstcountry dstinetsvc dstintf dstintfrole dstmac ' +
      'dstname dstosname dstserver dstuuid duration eventtime eventtype externalID group level logid logver masterdstmac mastersrcmac ' +
      'osname policyid policyname policytype policyuuid poluuid rcvdbyte rcvddelta rcvdpkt sentbyte sentdelta sentpkt service ' +
      'sessionid srccountry srcintf srcintfrole srcmac srcname srcserver srcuuid subtype time trandisp tz unauthuser user utmaction ' +
      'vd vwlid',
    barracuda: 'ruleName',
  }).map(([vendor, keys]) => [vendor, new Set(keys.split(' '))]),
);
/** Prefixes of vendors' own keys. */
const VENDOR_KEY = /^(PanOS|PanSrc|PanDst|FTNTFGT|FortinetFortiGate|ad\.)/;
/** Keys whose values have no blanks: what looks like a key behind one of these is one, whoever's it may be. */
const WORDS: ReadonlySet<string> = new Set(
  (
    'src dst spt dpt in out proto cnt cn1 cn2 cn3 smac dmac dvc inzone outzone ifname ifdir loguid logid origin sequencenum version ' +
    'match_id parent_rule rule_uid layer_uuid conn_direction'
  ).split(' '),
);
const MAX_KEY = 80;
/** 1 at the codes of the characters that a key may have. */
const KEY_CODES = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-[]')
  KEY_CODES[character.charCodeAt(0)] = 1;
/** Lengths at which relays cut lines: the last pair of such a line is not to be trusted. */
const CUT_LENGTHS: ReadonlySet<number> = new Set([1024, 2048, 4096, 8192]);

/** Whether a line may be CEF; quick, for it is asked of every line. */
export function mayBeCef(line: string): boolean {
  const start = line.indexOf('CEF:');
  return (start >= 0 && start <= MAX_HEADER) || /^[01]\|[^|]{0,64}\|/.test(line);
}

/** Whether a line is CEF of a vendor and product (in lower case), without taking it apart. */
export function isCefOf(line: string, vendor: string, product: string): boolean {
  const beginning = line.slice(0, MAX_HEADER + 256);
  const start = START.exec(beginning);
  if (start === null) return false;
  const [, from = '', of = ''] = beginning.slice(start.index + start[0].length - 2).split('|', 3);
  return from.trim().toLowerCase() === vendor && of.trim().toLowerCase() === product;
}

/** @returns undefined when the line has no CEF header of seven fields. */
export function parseCef(line: string): CefLine | undefined {
  const start = START.exec(line.slice(0, MAX_HEADER));
  if (start === null) return undefined;
  const header: string[] = [];
  let from = start.index + start[0].length - 2;
  while (header.length < 7) {
    const end = unescapedPipe(line, from);
    if (end < 0) return undefined;
    const field = line.slice(from, end);
    header.push((field.includes('\\') ? field.replaceAll(/\\([\\|])/g, '$1') : field).trim());
    from = end + 1;
  }
  const [, vendor = '', product = '', version = '', classId = '', name = '', severity = ''] = header;
  const own = VENDOR_KEYS.get(vendor === '' || vendor === 'CheckPoint' ? 'check point' : vendor.toLowerCase());
  const extension = parseExtension(line.slice(from), CUT_LENGTHS.has(line.length), own);
  return { sender: sender(line.slice(0, start.index)), vendor, product, version, classId, name, severity, extension };
}

/** Where the next pipe stands that no backslash escapes; -1 when there is none. */
function unescapedPipe(line: string, from: number): number {
  for (let at = line.indexOf('|', from); at >= 0; at = line.indexOf('|', at + 1)) {
    let backslashes = 0;
    while (line.charCodeAt(at - 1 - backslashes) === 0x5c && at - backslashes > from) backslashes++;
    if (backslashes % 2 === 0) return at;
  }
  return -1;
}

function isKey(key: string, own: ReadonlySet<string> | undefined): boolean {
  return KEYS.has(key) || VENDOR_KEY.test(key) || isLabel(key) || own?.has(key) === true;
}

/** Whether a key names what another holds (`cs1Label` for `cs1`). */
export function isLabel(key: string): boolean {
  return key.endsWith('Label') || key.endsWith('label');
}

/** The beginning of an extension whose pairs are parted by semicolons (Cisco's eStreamer client). */
const SEMICOLONS = /^\s*[A-Za-z]\w{0,40}=[^\s;=]{1,200} ?; ?([A-Za-z]\w{0,40})=/;

function parseExtension(text: string, cut: boolean, own: ReadonlySet<string> | undefined): Map<string, string> {
  const pairs = new Map<string, string>();
  let key = '';
  let from = -1;
  const semicolons = isKey(SEMICOLONS.exec(text)?.[1] ?? '', own);
  const before = semicolons ? /[\s;]/ : /\s/;
  /** Whether an unknown key may follow. */
  let open = true;
  const add = (to: number): void => {
    const value = unescapeValue(text.slice(from, to).trim());
    if (!pairs.get(key)) pairs.set(key, semicolons ? value.replace(/\s?;$/, '') : value);
  };
  for (let equals = text.indexOf('='); equals >= 0; equals = text.indexOf('=', equals + 1)) {
    const start = keyStart(text, equals, before);
    if (start < 0) continue;
    const found = text.slice(start, equals);
    const known = isKey(found, own);
    if (from >= 0 && !known && !open) continue;
    if (from >= 0) add(start);
    key = found;
    open = !semicolons && (!known || WORDS.has(key));
    from = equals + 1;
  }
  if (from >= 0 && !cut) add(text.length);
  return pairs;
}

/** Where the word before an equals sign begins, if it has a key's letters and stands alone; -1 otherwise. */
function keyStart(text: string, equals: number, before: RegExp): number {
  let at = equals;
  while (at > 0 && KEY_CODES[text.charCodeAt(at - 1)] === 1) if (equals - --at > MAX_KEY) return -1;
  return at < equals && (at === 0 || before.test(text.charAt(at - 1))) ? at : -1;
}

function unescapeValue(value: string): string {
  if (!value.includes('\\')) return value;
  return value.replaceAll(/\\([\\=|nr])/g, (_, escaped: string) =>
    escaped === 'n' ? '\n' : escaped === 'r' ? '\r' : escaped,
  );
}

/** A host behind a time of RFC 3164 or RFC 5424. */
const SENDER =
  /(?:[A-Za-z]{3} {1,2}\d{1,2} (?:\d{4} )?\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?|\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}\S{0,20}) (\S+)/g;

/** The host in the syslog header, of several in the last: the others are relays'. */
function sender(header: string): string | undefined {
  let host: string | undefined;
  for (const match of header.matchAll(SENDER)) host = match[1];
  return host;
}

/** Values of custom fields (cs1 …, cn1 …, flexString1 …) by what their labels call them: lower case, letters and digits only. */
export function labelled(extension: ReadonlyMap<string, string>): Map<string, string> {
  const values = new Map<string, string>();
  for (const [key, label] of extension) {
    if (!isLabel(key)) continue;
    const value = extension.get(key.slice(0, -5));
    if (value) values.set(labelName(label), value);
  }
  return values;
}

/** A product has a few labels, and writes them into every line. */
const LABEL_NAMES = new Map<string, string>();
const MAX_LABELS = 1000;

/** A label's lower-case letters and digits. */
export function labelName(label: string): string {
  let name = LABEL_NAMES.get(label);
  if (name === undefined) {
    name = label.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
    if (LABEL_NAMES.size >= MAX_LABELS) LABEL_NAMES.clear();
    LABEL_NAMES.set(label, name);
  }
  return name;
}
