/** A unifying function over the parsers of many sources, each of the size of ASIM's, over small tables. Written for this, in our words. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generateRows } from '../../../infra/local/workspace/generate';
import { openBenchWorkspace, timed } from './workspace';

const SOURCES = 40;
const ROWS = 200;
const END = new Date('2026-03-02T10:00:00Z');
const TABLES = ['CommonSecurityLog', 'DeviceNetworkEvents', 'VMConnection', 'Syslog'] as const;

const PARAMETERS = [
  ['starttime', 'datetime', 'datetime(null)'],
  ['endtime', 'datetime', 'datetime(null)'],
  ['srcipaddr_has_any_prefix', 'dynamic', 'dynamic([])'],
  ['dstipaddr_has_any_prefix', 'dynamic', 'dynamic([])'],
  ['dstportnumber', 'int', 'int(null)'],
  ['dvcaction', 'dynamic', 'dynamic([])'],
  ['eventresult', 'string', "'*'"],
  ['disabled', 'bool', 'false'],
] as const;

const COLUMNS: Readonly<
  Record<(typeof TABLES)[number], readonly [src: string, dst: string, port: string, action: string]>
> = {
  CommonSecurityLog: ['SourceIP', 'DestinationIP', 'DestinationPort', 'DeviceAction'],
  DeviceNetworkEvents: ['LocalIP', 'RemoteIP', 'RemotePort', 'ActionType'],
  VMConnection: ['SourceIp', 'DestinationIp', 'DestinationPort', 'Direction'],
  Syslog: ['HostIP', 'HostIP', 'toint(ProcessID)', 'SeverityLevel'],
};

/** Milliseconds of the first answer, and of later ones: the same text again, and another one. */
export async function measureUnifying(): Promise<{
  readonly first: number;
  readonly again: number;
  readonly other: number;
  readonly rows: number;
}> {
  const folder = mkdtempSync(join(tmpdir(), 'flowtrap-parsers-'));
  try {
    writeParsers(folder);
    const workspace = await openBenchWorkspace('2GB', { functions: [folder] });
    try {
      for (const name of TABLES) {
        const table = await workspace.tables.ensure(name, [], false);
        const row = generateRows(name, table.columns, { seed: 'unifying', end: END });
        await workspace.writer.write(table, Buffer.from(JSON.stringify(Array.from({ length: ROWS }, row))), 'asGiven');
      }
      const query =
        "imOwn(starttime=ago(1d), dvcaction=dynamic(['Deny','Allow','Inbound'])) | summarize Sessions = count() by EventProduct, DvcAction";
      const first = await timed(() => workspace.run(query, END));
      const again = await timed(() => workspace.run(query, END));
      const other = await timed(() => workspace.run(`${query} | where Sessions > 1`, END));
      return { first, again, other, rows: (await workspace.run(query, END)).length };
    } finally {
      workspace.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeParsers(folder: string): void {
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: SOURCES }, (_, index) => `vimOwn${index}`);
  for (const [index, name] of names.entries()) writeFileSync(join(folder, `${name}.yaml`), yaml(name, parser(index)));
  const passed = PARAMETERS.map(([name]) =>
    name === 'disabled' ? "disabled = (off or ('Exclude' in (names)))" : `${name}=${name}`,
  ).join(', ');
  const body = `let names = materialize(_GetWatchlist('ASimDisabledParsers') | where SearchKey in ('Any', 'ExcludeimOwn') | extend Name = column_ifexists('Name', '') | distinct Name);
let off = toscalar('Any' in (names));
union isfuzzy=true ${names.map((name) => `${name}(${passed})`).join(', ')}`;
  writeFileSync(join(folder, 'imOwn.yaml'), yaml('imOwn', body));
}

function yaml(name: string, body: string): string {
  const parameters = PARAMETERS.map(
    ([own, type, value]) => `  - Name: ${own}\n    Type: ${type}\n    Default: ${value}`,
  ).join('\n');
  return `ParserName: ${name}\nParserParams:\n${parameters}\nParserQuery: |\n${body.replaceAll(/^/gm, '  ')}\n`;
}

function parser(index: number): string {
  const table = TABLES[index % TABLES.length] as (typeof TABLES)[number];
  const [src, dst, port, action] = COLUMNS[table];
  const protocols = Array.from({ length: 140 }, (_, number) => `'${number}', 'protocol ${number}'`).join(', ');
  return `let protocols = datatable(Number:string, NetworkProtocol:string) [${protocols}];
let actions = datatable(Given:string, DvcAction:string, EventResult:string) ['Allow', 'Allow', 'Success', 'Deny', 'Deny', 'Failure', 'Drop', 'Drop', 'Failure'];
let severities = datatable(DvcAction:string, EventSeverity:string) ['Deny', 'Low', 'Drop', 'Medium', 'Allow', 'Informational'];
let parser = (starttime:datetime, endtime:datetime, srcipaddr_has_any_prefix:dynamic, dstipaddr_has_any_prefix:dynamic, dstportnumber:int, dvcaction:dynamic, eventresult:string, disabled:bool) {
    let src_or_any = set_union(srcipaddr_has_any_prefix, dynamic([]));
    let dst_or_any = set_union(dstipaddr_has_any_prefix, dynamic([]));
    ${table}
    | where not(disabled)
    | where (isnull(starttime) or TimeGenerated >= starttime) and (isnull(endtime) or TimeGenerated <= endtime)
    | where array_length(src_or_any) == 0 or has_any_ipv4_prefix(${src}, src_or_any)
    | where array_length(dst_or_any) == 0 or has_any_ipv4_prefix(${dst}, dst_or_any)
    | extend SrcIpAddr = ${src}, DstIpAddr = ${dst}, DstPortNumber = toint(${port}), Given = tostring(${action})
    | where isnull(dstportnumber) or DstPortNumber == dstportnumber
    | lookup actions on Given
    | extend DvcAction = iff(isempty(DvcAction), Given, DvcAction)
    | where array_length(dvcaction) == 0 or DvcAction in (dvcaction)
    | where eventresult == '*' or EventResult == eventresult
    | lookup severities on DvcAction
    | extend Number = tostring(DstPortNumber % 140)
    | lookup protocols on Number
    | extend EventVendor = 'Vendor${index % 7}', EventProduct = 'Product ${index}', EventSchema = 'NetworkSession', EventSchemaVersion = '0.2.6', EventType = 'NetworkSession', EventCount = int(1)
    | extend EventStartTime = TimeGenerated, EventEndTime = TimeGenerated, EventUid = _ItemId
    | extend NetworkDirection = case(ipv4_is_private(SrcIpAddr) and ipv4_is_private(DstIpAddr), 'Local', ipv4_is_private(SrcIpAddr), 'Outbound', 'Inbound')
    | extend ASimMatchingIpAddr = case(array_length(src_or_any) == 0, '-', has_any_ipv4_prefix(SrcIpAddr, src_or_any), 'SrcIpAddr', 'No match')
    | extend Parts = split(tostring(Type), '_'), DvcHostname = tostring(column_ifexists('Computer', ''))
    | extend Dvc = coalesce(DvcHostname, tostring(Parts[0])), Src = SrcIpAddr, Dst = DstIpAddr, IpAddr = SrcIpAddr
    | project-rename OriginalAction = Given
    | project-away Parts, Number, *Guid*, *Hash*, TenantId, SourceSystem
  };
parser(starttime=starttime, endtime=endtime, srcipaddr_has_any_prefix=srcipaddr_has_any_prefix, dstipaddr_has_any_prefix=dstipaddr_has_any_prefix, dstportnumber=dstportnumber, dvcaction=dvcaction, eventresult=eventresult, disabled=disabled)`;
}
