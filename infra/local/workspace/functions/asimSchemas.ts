/** ASIM's schemas but NetworkSession: table, filter parameters and aliases of each, as published. asimFunctions.ts makes KQL of them. */

/** How a parameter filters. Lists that are empty, and '*', filter nothing. */
export type Filter =
  /** Some column begins with one of the IPv4 prefixes. */
  | { readonly by: 'prefix'; readonly columns: readonly string[] }
  /** Some column has one of the terms. */
  | { readonly by: 'hasAny'; readonly columns: readonly string[] }
  | { readonly by: 'hasAll'; readonly columns: readonly string[] }
  /** The column is one of the values. */
  | { readonly by: 'in'; readonly columns: readonly string[] }
  /** The column is the value. */
  | { readonly by: 'is'; readonly columns: readonly string[]; readonly default?: string }
  /** The column has the term. */
  | { readonly by: 'has'; readonly columns: readonly string[] };

export interface Schema {
  readonly schema: string;
  readonly table: string;
  /** What follows `_Im_`, `_ASim_`, `im` and `ASim` in names. */
  readonly names: readonly string[];
  readonly filters: Readonly<Record<string, Filter>>;
  /** The first column that is filled. */
  readonly aliases: Readonly<Record<string, readonly string[]>>;
}

const prefix = (...columns: string[]): Filter => ({ by: 'prefix', columns });
const hasAny = (...columns: string[]): Filter => ({ by: 'hasAny', columns });
const oneOf = (...columns: string[]): Filter => ({ by: 'in', columns });
const is = (column: string): Filter => ({ by: 'is', columns: [column] });
const hashes = (entity: string): string[] => ['SHA512', 'SHA256', 'SHA1', 'MD5'].map((kind) => `${entity}${kind}`);

const SRC = ['SrcFQDN', 'SrcHostname', 'SrcIpAddr', 'SrcDvcId'];
const DST = ['DstFQDN', 'DstHostname', 'DstIpAddr', 'DstDvcId'];
const SOURCE_DEVICE = { Src: SRC, IpAddr: ['SrcIpAddr'], Hostname: ['SrcHostname'] };

export const PROCESS: Schema = {
  schema: 'ProcessEvent',
  table: 'ASimProcessEventLogs',
  names: ['ProcessEvent', 'Process'],
  filters: {
    commandline_has_any: hasAny('TargetProcessCommandLine'),
    commandline_has_all: { by: 'hasAll', columns: ['TargetProcessCommandLine'] },
    commandline_has_any_ip_prefix: prefix('TargetProcessCommandLine'),
    actingprocess_has_any: hasAny('ActingProcessName'),
    targetprocess_has_any: hasAny('TargetProcessName'),
    parentprocess_has_any: hasAny('ParentProcessName'),
    targetusername: { by: 'has', columns: ['TargetUsername'] },
    actorusername_has: { by: 'has', columns: ['ActorUsername'] },
    targetusername_has: { by: 'has', columns: ['TargetUsername'] },
    dvcipaddr_has_any_prefix: prefix('DvcIpAddr'),
    dvcname_has_any: hasAny('DvcHostname', 'DvcFQDN'),
    dvchostname_has_any: hasAny('DvcHostname', 'DvcFQDN'),
    hashes_has_any: hasAny(...hashes('TargetProcess')),
    eventtype: is('EventType'),
  },
  aliases: {
    User: ['TargetUsername', 'ActorUsername'],
    Process: ['TargetProcessName'],
    CommandLine: ['TargetProcessCommandLine'],
    Hash: hashes('TargetProcess'),
    Hostname: ['DvcHostname'],
    IpAddr: ['DvcIpAddr'],
  },
};

export const SCHEMAS: readonly Schema[] = [
  {
    schema: 'Dns',
    table: 'ASimDnsActivityLogs',
    names: ['Dns'],
    filters: {
      srcipaddr: is('SrcIpAddr'),
      domain_has_any: hasAny('DnsQuery'),
      responsecodename: is('EventResultDetails'),
      response_has_ipv4: { by: 'has', columns: ['DnsResponseName'] },
      response_has_any_prefix: prefix('DnsResponseName'),
      eventtype: { by: 'is', columns: ['EventType'], default: 'Query' },
    },
    aliases: {
      ...SOURCE_DEVICE,
      Dst: DST,
      Query: ['DnsQuery'],
      Domain: ['DnsQuery'],
      DnsResponseCodeName: ['EventResultDetails'],
      User: ['SrcUsername'],
      Process: ['SrcProcessName'],
      SessionId: ['DnsSessionId'],
      Duration: ['DnsNetworkDuration'],
      DomainCategory: ['UrlCategory'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'Authentication',
    table: 'ASimAuthenticationEventLogs',
    names: ['Authentication'],
    filters: {
      username_has_any: hasAny('TargetUsername', 'ActorUsername'),
      targetappname_has_any: hasAny('TargetAppName'),
      srcipaddr_has_any_prefix: prefix('SrcIpAddr'),
      srchostname_has_any: hasAny('SrcHostname'),
      eventtype_in: oneOf('EventType'),
      eventresultdetails_in: oneOf('EventResultDetails'),
      eventresult: is('EventResult'),
    },
    aliases: {
      Src: SRC,
      IpAddr: ['SrcIpAddr'],
      Dst: ['TargetFQDN', 'TargetHostname', 'TargetIpAddr', 'TargetDvcId'],
      User: ['TargetUsername'],
      Application: ['TargetAppName'],
      LogonTarget: ['TargetAppName', 'TargetUrl', 'TargetHostname'],
      SessionId: ['TargetSessionId'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'AuditEvent',
    table: 'ASimAuditEventLogs',
    names: ['AuditEvent'],
    filters: {
      srcipaddr_has_any_prefix: prefix('SrcIpAddr'),
      actorusername_has_any: hasAny('ActorUsername'),
      operation_has_any: hasAny('Operation'),
      eventtype_in: oneOf('EventType'),
      eventresult: is('EventResult'),
      object_has_any: hasAny('Object'),
      newvalue_has_any: hasAny('NewValue'),
    },
    aliases: {
      ...SOURCE_DEVICE,
      Dst: ['TargetFQDN', 'TargetHostname', 'TargetIpAddr', 'TargetDvcId'],
      User: ['ActorUsername'],
      Application: ['TargetAppName'],
      Value: ['NewValue'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'FileEvent',
    table: 'ASimFileEventLogs',
    names: ['FileEvent'],
    filters: {
      eventtype_in: oneOf('EventType'),
      srcipaddr_has_any_prefix: prefix('SrcIpAddr'),
      actorusername_has_any: hasAny('ActorUsername'),
      targetfilepath_has_any: hasAny('TargetFilePath'),
      srcfilepath_has_any: hasAny('SrcFilePath'),
      hashes_has_any: hasAny(...hashes('TargetFile'), ...hashes('SrcFile')),
      dvchostname_has_any: hasAny('DvcHostname', 'DvcFQDN'),
    },
    aliases: {
      Src: SRC,
      IpAddr: ['SrcIpAddr'],
      User: ['ActorUsername'],
      Process: ['ActingProcessName'],
      CommandLine: ['ActingProcessCommandLine'],
      FileName: ['TargetFileName'],
      FilePath: ['TargetFilePath'],
      Hash: hashes('TargetFile'),
      Url: ['TargetUrl'],
      Application: ['TargetAppName'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'RegistryEvent',
    table: 'ASimRegistryEventLogs',
    names: ['RegistryEvent', 'Registry'],
    filters: {
      eventtype_in: oneOf('EventType'),
      actorusername_has_any: hasAny('ActorUsername'),
      registrykey_has_any: hasAny('RegistryKey'),
      registryvalue_has_any: hasAny('RegistryValue'),
      registrydata_has_any: hasAny('RegistryValueData'),
      dvchostname_has_any: hasAny('DvcHostname', 'DvcFQDN'),
    },
    aliases: {
      User: ['ActorUsername'],
      Username: ['ActorUsername'],
      Process: ['ActingProcessName'],
      CommandLine: ['ActingProcessCommandLine'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'UserManagement',
    table: 'ASimUserManagementActivityLogs',
    names: ['UserManagement'],
    filters: {
      srcipaddr_has_any_prefix: prefix('SrcIpAddr'),
      targetusername_has_any: hasAny('TargetUsername'),
      actorusername_has_any: hasAny('ActorUsername'),
      eventtype_in: oneOf('EventType'),
    },
    aliases: {
      ...SOURCE_DEVICE,
      User: ['ActorUsername'],
      UpdatedPropertyName: ['EventSubType'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'WebSession',
    table: 'ASimWebSessionLogs',
    names: ['WebSession'],
    filters: {
      srcipaddr_has_any_prefix: prefix('SrcIpAddr'),
      ipaddr_has_any_prefix: prefix('SrcIpAddr', 'DstIpAddr'),
      url_has_any: hasAny('Url'),
      httpuseragent_has_any: hasAny('HttpUserAgent'),
      eventresultdetails_in: oneOf('EventResultDetails'),
      eventresult: is('EventResult'),
      eventresultdetails_has_any: hasAny('EventResultDetails'),
    },
    aliases: {
      Src: SRC,
      Dst: DST,
      IpAddr: ['SrcIpAddr'],
      Hostname: ['DstFQDN', 'DstHostname', 'HttpHost'],
      User: ['SrcUsername'],
      UserAgent: ['HttpUserAgent'],
      HttpStatusCode: ['EventResultDetails'],
      Hash: hashes('File'),
      Process: ['SrcProcessName'],
      SessionId: ['NetworkSessionId'],
      Duration: ['NetworkDuration'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'Dhcp',
    table: 'ASimDhcpEventLogs',
    names: ['DhcpEvent', 'Dhcp'],
    filters: {
      srcipaddr_has_any_prefix: prefix('SrcIpAddr'),
      srchostname_has_any: hasAny('SrcHostname'),
      srcusername_has_any: hasAny('SrcUsername'),
      eventresult: is('EventResult'),
    },
    aliases: {
      ...SOURCE_DEVICE,
      User: ['SrcUsername'],
      SessionId: ['DhcpSessionId'],
      Duration: ['DhcpSessionDuration'],
      Rule: ['RuleName'],
    },
  },
  {
    schema: 'AlertEvent',
    table: 'ASimAlertEventLogs',
    names: ['AlertEvent'],
    filters: {
      ipaddr_has_any_prefix: prefix('DvcIpAddr'),
      hostname_has_any: hasAny('DvcHostname'),
      username_has_any: hasAny('Username'),
      attacktactics_has_any: hasAny('AttackTactics'),
      attacktechniques_has_any: hasAny('AttackTechniques'),
      threatcategory_has_any: hasAny('ThreatCategory'),
      alertverdict_has_any: hasAny('AlertVerdict'),
      eventseverity_has_any: hasAny('EventSeverity'),
    },
    aliases: { IpAddr: ['DvcIpAddr'], Hostname: ['DvcHostname'] },
  },
  PROCESS,
];
