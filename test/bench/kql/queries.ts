/** Different hunting queries over the workspace's tables, made from forms that hunters use. Our own texts. */
import type { Column, KqlType } from '../../../infra/local/kql';
import { loadCatalogue } from '../../../infra/local/workspace/catalogue';

export const TABLES = [
  'SigninLogs',
  'AuditLogs',
  'SecurityEvent',
  'DeviceProcessEvents',
  'DeviceNetworkEvents',
  'DeviceFileEvents',
  'DeviceLogonEvents',
  'DeviceRegistryEvents',
  'CommonSecurityLog',
  'Syslog',
  'OfficeActivity',
  'AzureActivity',
  'AzureDiagnostics',
  'AWSCloudTrail',
  'EmailEvents',
  'EmailUrlInfo',
  'IdentityLogonEvents',
  'CloudAppEvents',
  'SecurityAlert',
  'ThreatIntelligenceIndicator',
  'W3CIISLog',
  'DnsEvents',
  'AADNonInteractiveUserSignInLogs',
  'VMConnection',
  'WindowsEvent',
  'Event',
  'BehaviorAnalytics',
  'GitHubAuditLogPolling_CL',
  'Okta_CL',
  'StorageBlobLogs',
  'KeyVaultData_CL',
  'LAQueryLogs',
  'GCPAuditLogs',
  'Heartbeat',
  'UrlClickEvents',
  'ASimDnsActivityLogs',
];

interface Names {
  readonly table: string;
  readonly other: string;
  text(index: number): string;
  dynamic(index: number): string;
  number(index: number): string;
}

const FORMS: readonly ((names: Names, n: number) => string)[] = [
  ({ table, text }, n) =>
    `${table} | where TimeGenerated > ago(${(n % 14) + 1}d) | where ${text(n)} has_any ("powershell", "cmd${n}") | summarize count() by ${text(n + 1)}, bin(TimeGenerated, 1h) | where count_ > ${n % 50}`,
  ({ table, text }, n) =>
    `let threshold = ${n}; let suspects = dynamic(["a${n}", "b"]); ${table} | where ${text(n)} in~ (suspects) or ${text(n + 2)} startswith "x${n}" | summarize FirstSeen = min(TimeGenerated), LastSeen = max(TimeGenerated), Hits = dcount(${text(n + 1)}) by ${text(n)} | where Hits > threshold | sort by Hits desc`,
  ({ table, other, text }, n) =>
    `let lookback = ${(n % 7) + 1}d; let base = ${table} | where TimeGenerated > ago(lookback) | project TimeGenerated, Key = tostring(${text(n)}), Value = ${text(n + 1)}; let seen = ${other} | where TimeGenerated > ago(lookback) | extend Key = tostring(TimeGenerated) | distinct Key; base | join kind=leftanti seen on Key | extend Label = iff(Value contains "admin${n}", "privileged", "other") | summarize Count = count(), Values = make_set(Value, 100) by Key, Label | top 100 by Count`,
  ({ table, dynamic, text }, n) =>
    `${table} | extend Parsed = parse_json(tostring(${dynamic(n)})) | extend Name = tostring(Parsed.name), Address = tostring(Parsed["ipAddress"]) | where isnotempty(Name) and Name !startswith "svc${n}" | mv-expand Item = Parsed.items to typeof(string) | summarize arg_max(TimeGenerated, *) by Name, ${text(n)} | project TimeGenerated, Name, Address, Item`,
  ({ table, text, number }, n) =>
    `${table} | where TimeGenerated between (ago(14d) .. ago(${n % 13}d)) | where ${number(n)} > ${n} or ${text(n)} matches regex @"^[a-z]{3,}\\d+${n}$" | extend Host = tostring(split(${text(n + 1)}, ".")[0]), Hour = hourofday(TimeGenerated) | summarize Total = sum(${number(n)}), Hosts = make_set(Host) by Hour | extend Share = round(100.0 * Total / toscalar(${table} | summarize sum(${number(n)})), 2) | project-away Total | order by Hour asc`,
  ({ table, text }, n) =>
    `${table} | make-series Events = count() default = 0 on TimeGenerated from ago(7d) to now() step 1h by ${text(n)} | extend Total = array_length(Events) | where Total > ${n % 100} | mv-expand Events to typeof(long) | summarize Peak = max(Events) by ${text(n)}`,
  ({ table, other, text }, n) =>
    `union isfuzzy=true (${table} | where ${text(n)} =~ "u${n}" | project TimeGenerated, Account = ${text(n)}, Source = "one"), (${other} | project TimeGenerated, Account = "two", Source = Type) | where TimeGenerated > ago(1d) | summarize Sources = make_set(Source), n = count() by Account | where array_length(Sources) > 1 and n > ${n % 20}`,
  ({ table, text }, n) =>
    `${table} | where ${text(n)} has "http" | parse ${text(n)} with * "://" Host "/" Rest${n} | extend Domain = extract(@"([^.]+\\.[^.]+)$", 1, Host) | where strlen(Domain) > ${n % 30} and not(ipv4_is_private(Host)) | summarize Requests = count(), Users = dcount(${text(n + 1)}) by Domain | lookup kind=leftouter (datatable(Domain:string, Note:string) ["example.com", "n${n}"]) on Domain | extend Note = coalesce(Note, "none")`,
  ({ table, text }, n) =>
    `let f = (t: string, limit_: int = ${n % 9}) { ${table} | where ${text(n)} contains t | summarize c = count() by ${text(n + 1)} | where c > limit_ }; union (f("admin")), (f("root${n}", 3)) | sort by c desc | serialize Rank = row_number() | extend Before = prev(c) | where Rank <= 10`,
  ({ table, text }, n) =>
    `${table} | extend Day = startofday(TimeGenerated), Week = startofweek(TimeGenerated) | where dayofweek(TimeGenerated) in (0d, 6d) and datetime_diff('hour', now(), TimeGenerated) < ${n} | summarize Days = dcount(Day), Sample = take_any(${text(n)}), Longest = max(strlen(${text(n + 1)})) by Week | extend Text = strcat(format_datetime(Week, 'yyyy-MM-dd'), " ", Sample), Case = case(Days > 5, "many", Days > 1, "some", "one")`,
];

/** @returns so many queries, no two alike. */
export function huntingQueries(count: number): readonly string[] {
  const catalogue = loadCatalogue();
  const known = TABLES.filter((name) => catalogue.has(name));
  return Array.from({ length: count }, (_, n) => {
    const table = known[n % known.length] ?? 'SigninLogs';
    const columns = catalogue.columns(table) ?? [];
    const form = FORMS[(n + Math.floor(n / known.length)) % FORMS.length] as (typeof FORMS)[number];
    const named = (type: KqlType, otherwise: string) => (index: number) => {
      const fitting = columns.filter((column: Column) => column.type === type && column.name !== 'TimeGenerated');
      return fitting[index % Math.max(1, fitting.length)]?.name ?? otherwise;
    };
    return form(
      {
        table,
        other: known[(n * 7 + 3) % known.length] ?? 'AuditLogs',
        text: named('string', 'Type'),
        dynamic: named('dynamic', 'Type'),
        number: (index) => named('long', '')(index) || named('int', '')(index) || 'strlen(Type)',
      },
      n,
    );
  });
}
