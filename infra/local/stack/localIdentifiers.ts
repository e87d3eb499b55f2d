/** The invented names and keys of the local stack. None of them opens anything outside this machine. */

export const LOCAL = {
  /** Azurite's well-known development account. */
  account: 'devstoreaccount1',
  ingestionEndpoint: 'https://flowtrap-local.ingest.monitor.azure.com',
  ruleId: 'dcr-00000000000000000000000000f10a7a',
  workspaceId: '00000000-0000-4000-8000-0000000f10a7',
  workspace:
    '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/flowtrap-local/providers/Microsoft.OperationalInsights/workspaces/flowtrap-local',
  threatConnect: {
    accessId: '12345678901234567890',
    secretKey: 'local-stand-in-only',
    alias: 'Local',
    owner: 'Flowtrap Samples',
  },
  /** Fixed, so that local.settings.sample.json can hold it: it opens the stand-in's token endpoint only. */
  identityHeader: 'local-stand-in-only',
  hostId: 'flowtrap-local',
  /** Where the user's own files (`--logs`) are put. */
  logsContainer: 'local-logs',
} as const;

/** The containers that the sample traffic is uploaded to, in the names that the log sources give them. */
export const SAMPLE_CONTAINERS = [
  'insights-logs-flowlogflowevent',
  'insights-logs-networksecuritygroupflowevent',
  'aws-vpc-flow-logs',
  'cef-logs',
  'every-source',
] as const;
