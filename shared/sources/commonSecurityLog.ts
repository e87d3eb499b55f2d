/**
 * CommonSecurityLog: a CEF line as a row of that table, so that lines and exported rows share one mapping, and what only its rows
 * have: the keys without a column (AdditionalExtensions) and custom fields by the names in their labels.
 */
import { type CefLine, labelled, labelName, parseCef } from '../formats/cef';
import type { JsonValue } from '../formats/json';
import { meaningful, type Row, textRow } from './row';

export const COMMON_SECURITY_LOG = 'CommonSecurityLog';

/** Columns of the table by CEF key (Microsoft's CEF mapping). */
const COLUMN_OF_KEY: Readonly<Record<string, string>> = {
  act: 'DeviceAction',
  proto: 'Protocol',
  src: 'SourceIP',
  dst: 'DestinationIP',
  spt: 'SourcePort',
  dpt: 'DestinationPort',
  shost: 'SourceHostName',
  dhost: 'DestinationHostName',
  suser: 'SourceUserName',
  duser: 'DestinationUserName',
  suid: 'SourceUserID',
  duid: 'DestinationUserID',
  spriv: 'SourceUserPrivileges',
  dpriv: 'DestinationUserPrivileges',
  smac: 'SourceMACAddress',
  dmac: 'DestinationMACAddress',
  sntdom: 'SourceNTDomain',
  dntdom: 'DestinationNTDomain',
  sourceDnsDomain: 'SourceDnsDomain',
  destinationDnsDomain: 'DestinationDnsDomain',
  sourceServiceName: 'SourceServiceName',
  destinationServiceName: 'DestinationServiceName',
  sourceTranslatedAddress: 'SourceTranslatedAddress',
  sourceTranslatedPort: 'SourceTranslatedPort',
  destinationTranslatedAddress: 'DestinationTranslatedAddress',
  destinationTranslatedPort: 'DestinationTranslatedPort',
  in: 'ReceivedBytes',
  out: 'SentBytes',
  rt: 'ReceiptTime',
  start: 'StartTime',
  end: 'EndTime',
  dvc: 'DeviceAddress',
  dvchost: 'DeviceName',
  dvcmac: 'DeviceMacAddress',
  dtz: 'DeviceTimeZone',
  deviceExternalId: 'DeviceExternalID',
  externalId: 'ExtID',
  deviceInboundInterface: 'DeviceInboundInterface',
  deviceOutboundInterface: 'DeviceOutboundInterface',
  deviceDirection: 'CommunicationDirection',
  deviceDnsDomain: 'DeviceDnsDomain',
  deviceFacility: 'DeviceFacility',
  devicePayloadId: 'DevicePayloadId',
  deviceTranslatedAddress: 'DeviceTranslatedAddress',
  app: 'ApplicationProtocol',
  cat: 'DeviceEventCategory',
  reason: 'Reason',
  outcome: 'EventOutcome',
  msg: 'Message',
  cnt: 'EventCount',
  type: 'EventType',
  request: 'RequestURL',
  requestMethod: 'RequestMethod',
  requestContext: 'RequestContext',
  requestCookies: 'RequestCookies',
  requestClientApplication: 'RequestClientApplication',
  spid: 'SourceProcessId',
  sproc: 'SourceProcessName',
  dpid: 'DestinationProcessId',
  dproc: 'DestinationProcessName',
  fname: 'FileName',
  filePath: 'FilePath',
  fileHash: 'FileHash',
  fsize: 'FileSize',
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`cs${n}`, `DeviceCustomString${n}`])),
  ...Object.fromEntries([1, 2, 3, 4, 5, 6].map((n) => [`cs${n}Label`, `DeviceCustomString${n}Label`])),
  ...Object.fromEntries([1, 2, 3].map((n) => [`cn${n}`, `FieldDeviceCustomNumber${n}`])),
  ...Object.fromEntries([1, 2, 3].map((n) => [`cn${n}Label`, `DeviceCustomNumber${n}Label`])),
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [`cfp${n}`, `DeviceCustomFloatingPoint${n}`])),
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [`cfp${n}Label`, `DeviceCustomFloatingPoint${n}Label`])),
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [`c6a${n}`, `DeviceCustomIPv6Address${n}`])),
  ...Object.fromEntries([1, 2, 3, 4].map((n) => [`c6a${n}Label`, `DeviceCustomIPv6Address${n}Label`])),
  deviceCustomDate1: 'DeviceCustomDate1',
  deviceCustomDate1Label: 'DeviceCustomDate1Label',
  deviceCustomDate2: 'DeviceCustomDate2',
  deviceCustomDate2Label: 'DeviceCustomDate2Label',
  flexNumber1: 'FlexNumber1',
  flexNumber1Label: 'FlexNumber1Label',
  flexNumber2: 'FlexNumber2',
  flexNumber2Label: 'FlexNumber2Label',
  flexString1: 'FlexString1',
  flexString1Label: 'FlexString1Label',
  flexString2: 'FlexString2',
  flexString2Label: 'FlexString2Label',
  flexDate1: 'FlexDate1',
  flexDate1Label: 'FlexDate1Label',
};
const COLUMNS: ReadonlyMap<string, string> = new Map(Object.entries(COLUMN_OF_KEY));
const KEYS: ReadonlyMap<string, string> = new Map(Object.entries(COLUMN_OF_KEY).map(([key, column]) => [column, key]));
/** Older columns of the same keys, still filled by some collectors. */
const OTHER_SPELLING: ReadonlyMap<string, string> = new Map([
  ...[1, 2, 3].map((n) => [`FieldDeviceCustomNumber${n}`, `DeviceCustomNumber${n}`] as const),
  ['ExtID', 'ExternalID'],
]);

type HeaderColumn =
  | 'DeviceVendor'
  | 'DeviceProduct'
  | 'DeviceVersion'
  | 'DeviceEventClassID'
  | 'Activity'
  | 'LogSeverity';
const HEADER: Readonly<Record<HeaderColumn, (line: CefLine) => string>> = {
  DeviceVendor: (line) => line.vendor,
  DeviceProduct: (line) => line.product,
  DeviceVersion: (line) => line.version,
  DeviceEventClassID: (line) => line.classId,
  Activity: (line) => line.name,
  LogSeverity: (line) => line.severity,
};

/** A row of CommonSecurityLog with what its CEF keys told beyond the columns. */
export interface SecurityLogRow extends Row {
  /** A key that has no column of its own, '' when absent. */
  extension(key: string): string;
  /** A custom field's value by its label, in lower case, letters and digits only (`sourcezone`); '' when no field has it. */
  labelled(label: string): string;
  /** Keys and values without a column, for AdditionalFields. */
  extensions(): Iterable<readonly [string, string]>;
}

/** A line of CEF as a row; columns are looked up in the line when they are asked for. */
export class CefRow implements SecurityLogRow {
  readonly table = COMMON_SECURITY_LOG;
  private labels: Map<string, string> | undefined;

  constructor(
    private readonly line: CefLine,
    private readonly collected?: string,
  ) {}

  text(column: string): string {
    const header = HEADER[column as HeaderColumn];
    if (header !== undefined) return meaningful(header(this.line));
    if (column === 'Computer') return this.line.sender ?? this.collected ?? '';
    const key = KEYS.get(column);
    const value = key === undefined ? undefined : this.line.extension.get(key);
    return value === undefined ? '' : meaningful(value);
  }

  value(column: string): JsonValue | undefined {
    const text = this.text(column);
    return text === '' ? undefined : text;
  }

  *columns(): Generator<string> {
    yield* Object.keys(HEADER);
    for (const key of this.line.extension.keys()) {
      const column = COLUMNS.get(key);
      if (column !== undefined) yield column;
    }
  }

  extension(key: string): string {
    return meaningful(this.line.extension.get(key) ?? '');
  }

  labelled(label: string): string {
    this.labels ??= labelled(this.line.extension);
    return meaningful(this.labels.get(label) ?? '');
  }

  extensions(): readonly (readonly [string, string])[] {
    const others: (readonly [string, string])[] = [];
    for (const [key, value] of this.line.extension)
      if (!COLUMNS.has(key) && !isLabel(key)) others.push([key, meaningful(value)]);
    return others;
  }
}

/**
 * A line of CEF as a row of CommonSecurityLog; undefined when it has no CEF header.
 * @param collected who sent it by its collector, where no syslog header says so.
 */
export function cefRow(line: string, collected?: string): CefRow | undefined {
  const parsed = parseCef(line);
  return parsed && new CefRow(parsed, collected);
}

/** An exported row of CommonSecurityLog: the extensions stand in one column. */
class ExportedRow implements SecurityLogRow {
  readonly table = COMMON_SECURITY_LOG;
  private labels: Map<string, string> | undefined;

  constructor(
    private readonly row: Row,
    private readonly pairs: ReadonlyMap<string, string>,
  ) {}

  text(column: string): string {
    const text = this.row.text(column);
    if (text !== '') return text;
    const other = OTHER_SPELLING.get(column);
    return other === undefined ? '' : this.row.text(other);
  }

  value(column: string): JsonValue | undefined {
    return this.row.value(column);
  }

  columns(): Iterable<string> {
    return this.row.columns();
  }

  extension(key: string): string {
    return meaningful(this.pairs.get(key) ?? '');
  }

  labelled(label: string): string {
    if (this.labels === undefined) {
      this.labels = labelled(this.pairs);
      for (const column of this.row.columns()) {
        if (!/label$/i.test(column)) continue;
        const name = labelName(this.row.text(column));
        const of = column.slice(0, -5);
        // The newer column of a number comes first: the older one is too small for some.
        const value = this.text(`Field${of}`) || this.text(of);
        if (name !== '' && value !== '') this.labels.set(name, value);
      }
    }
    return this.labels.get(label) ?? '';
  }

  *extensions(): Generator<readonly [string, string]> {
    for (const [key, value] of this.pairs) if (!isLabel(key)) yield [key, meaningful(value)];
  }
}

/** A row of CommonSecurityLog with its extensions, whichever road it came by. */
export function securityLog(row: Row): SecurityLogRow {
  return 'extension' in row
    ? (row as SecurityLogRow)
    : new ExportedRow(row, additionalExtensions(row.text('AdditionalExtensions')));
}

/** A vendor's own record as a row: columns, and what they have no room for by its key. */
export function ownRow(
  extensions: ReadonlyMap<string, string>,
  ...parts: readonly Readonly<Record<string, string | undefined>>[]
): SecurityLogRow {
  return new ExportedRow(textRow(COMMON_SECURITY_LOG, ...parts), extensions);
}

/** Whether a row is of a vendor and one of its products; both in lower case. */
export function isOfProduct(row: Row, vendor: string, ...products: readonly string[]): boolean {
  if (row.text('DeviceVendor').toLowerCase() !== vendor) return false;
  const product = row.text('DeviceProduct').toLowerCase();
  return products.includes(product);
}

function isLabel(key: string): boolean {
  return key.endsWith('Label') || key.endsWith('label');
}

const MAX_EXTENSIONS = 200;
const PAIR = /(?:^|;)\s*([A-Za-z0-9_.\-[\]]{1,80})=/g;

/** `key=value;key=value`: joined without escaping, so only what stands before `key=` separates. */
function additionalExtensions(text: string): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  if (text === '') return pairs;
  let key = '';
  let from = -1;
  for (const match of text.matchAll(PAIR)) {
    if (from >= 0 && !pairs.get(key)) pairs.set(key, text.slice(from, match.index).trim());
    if (pairs.size >= MAX_EXTENSIONS) return pairs;
    key = match[1] as string;
    from = match.index + match[0].length;
  }
  if (from >= 0 && !pairs.get(key)) pairs.set(key, text.slice(from).replace(/;\s*$/, '').trim());
  return pairs;
}
