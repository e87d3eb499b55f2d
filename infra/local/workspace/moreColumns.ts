/**
 * Columns that published content reads and the shipped references leave out: of agents' management groups, of Azure services whose
 * logs share AzureDiagnostics, of Defender's own IdentityInfo. In the form of tables.tsv: a type, then its columns.
 */

/** Tables that the older agents fill: each row can name its management group. */
const OF_AGENTS = [
  'Alert',
  'ConfigurationChange',
  'ConfigurationData',
  'DnsEvents',
  'Event',
  'Heartbeat',
  'Operation',
  'Perf',
  'ProtectionStatus',
  'SecurityEvent',
  'Syslog',
  'Update',
  'UpdateSummary',
  'W3CIISLog',
  'WireData',
];

const AZURE_DIAGNOSTICS = [
  // Key Vault
  'string identity_claim_appid_g identity_claim_http_schemas_microsoft_com_identity_claims_objectidentifier_g',
  'string identity_claim_http_schemas_xmlsoap_org_ws_2005_05_identity_claims_upn_s identity_claim_oid_g',
  'string identity_claim_unique_name_s identity_claim_upn_s identity_claim_xms_mirid_s trustedService_s',
  'bool isAccessPolicyMatch_b',
  // Application Gateway, Front Door and their firewalls
  'string details_data_s details_file_s details_line_s details_matches_s details_message_s details_msg_s host_name_s',
  'string hostname_s listenerName_s originalHost_s policyId_s ruleGroup_s ruleId_s ruleSetType_s ruleSetVersion_s',
  'string socketIP_s trackingReference_s transactionId_g transactionId_s userAgent_s',
  // SQL
  'string additional_information_s class_type_s server_instance_name_s server_principal_name_s',
  'string session_server_principal_name_s statement_s succeeded_s target_server_principal_name_s',
  'real affected_rows_d',
  // Kubernetes
  'string ccpNamespace_s containerID_s log_s pod_s stream_s',
];

const IDENTITY_INFO = [
  'string Address CloudSid CriticalityLevel DistinguishedName EmailAddress OnPremObjectId OnPremSid PrivilegedEntraPimRoles',
  'string RiskStatus SipProxyAddress SourceProvider SourceProviders TenantMembershipType',
  'datetime CreatedDateTime',
];

/** Lines in the form of tables.tsv, by table. */
export const MORE_COLUMNS: ReadonlyMap<string, readonly string[]> = new Map([
  ...OF_AGENTS.map((table): [string, readonly string[]] => [table, ['string ManagementGroupName MG']]),
  ['AzureDiagnostics', AZURE_DIAGNOSTICS],
  ['DnsEvents', ['string ManagementGroupName MG Name']],
  ['IdentityInfo', IDENTITY_INFO],
]);

/** Names that differ from a column's by case alone, as another product writes them; queries may use both. */
export const OTHER_SPELLINGS: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['AzureDiagnostics', new Map([['clientIP_s', 'clientIp_s']])],
  [
    'IdentityInfo',
    new Map([
      ['AccountUPN', 'AccountUpn'],
      ['AccountSID', 'AccountSid'],
    ]),
  ],
]);
