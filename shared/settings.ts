/**
 * Every setting that Flowtrap reads, as data: its name, what it is for, the form it must have. config.ts types and checks
 * them, the documentation and the check of the deployment's app settings are made from this table.
 */

export interface Setting {
  /** The part of the product that needs it; a problem in one part leaves the others running. */
  readonly section:
    | 'storage'
    | 'flows'
    | 'ingestion'
    | 'query'
    | 'incidents'
    | 'threatConnect'
    | 'schedules'
    | 'detection'
    | 'local';
  readonly about: string;
  /** The expected form, as an error message and the documentation show it. */
  readonly form: string;
  /** What holds when it is not set; undefined with `required` true means an error. */
  readonly default?: string;
  readonly required?: boolean;
  /** Never printed. */
  readonly secret?: boolean;
  /** Read only by the local stack's functions; a deployment never sets it. */
  readonly localOnly?: boolean;
}

export const SETTINGS = {
  AzureWebJobsStorage: {
    section: 'storage',
    about:
      'Connection string of the storage account for state, queues and dead letters. Azure deployments use the identity form below instead.',
    form: 'UseDevelopmentStorage=true or DefaultEndpointsProtocol=…;AccountName=…;AccountKey=…',
    secret: true,
    localOnly: true,
  },
  AzureWebJobsStorage__accountName: {
    section: 'storage',
    about: 'Name of the storage account for state, queues and dead letters, reached with the managed identity.',
    form: 'a storage account name: 3 to 24 lower-case letters and digits',
  },
  AzureWebJobsStorage__credential: {
    section: 'storage',
    about: 'Tells the Functions host to use a managed identity.',
    form: 'managedidentity',
  },
  AzureWebJobsStorage__clientId: {
    section: 'storage',
    about: 'Client id of the user-assigned identity, for the Functions host.',
    form: 'a GUID',
  },
  AZURE_CLIENT_ID: {
    section: 'storage',
    about: 'Client id of the user-assigned managed identity that Flowtrap works as. Not set: the system-assigned one.',
    form: 'a GUID',
  },
  BLOB_QUEUE: {
    section: 'storage',
    about: 'Queue that Event Grid delivers blob events to.',
    form: 'a queue name: 3 to 63 lower-case letters, digits and hyphens',
    default: 'flowtrap-blobs',
  },
  RUN_QUEUE: {
    section: 'storage',
    about: 'Queue of requested reruns.',
    form: 'a queue name: 3 to 63 lower-case letters, digits and hyphens',
    default: 'flowtrap-runs',
  },
  FLOW_CONTAINERS: {
    section: 'flows',
    about: 'The containers whose blobs are normalized. Blobs anywhere else are counted and dropped.',
    form: '[{"account":"…","container":"…","prefix":"…","source":"…"}] (prefix and source optional; source pins the container to one log source)',
    required: true,
  },
  FLOW_START: {
    section: 'flows',
    about:
      'The sweep leaves alone what was last modified before this time, and detection begins here. Not set: the first run less 24 hours.',
    form: 'an ISO 8601 time such as 2026-03-02T00:00:00Z',
  },
  INTERNAL_NETWORKS: {
    section: 'flows',
    about: 'The networks that count as inside when a direction is worked out.',
    form: 'CIDR blocks separated by commas',
    default:
      '10.0.0.0/8,172.16.0.0/12,192.168.0.0/16,100.64.0.0/10,127.0.0.0/8,169.254.0.0/16,::1/128,fe80::/10,fc00::/7',
  },
  INGESTION_ENDPOINT: {
    section: 'ingestion',
    about: 'Logs ingestion endpoint of the data collection rule.',
    form: 'https://….ingest.monitor.azure.com',
    required: true,
  },
  INGESTION_RULE_ID: {
    section: 'ingestion',
    about: 'Immutable id of the data collection rule.',
    form: 'dcr- and 32 hexadecimal digits',
    required: true,
  },
  LOG_ANALYTICS_WORKSPACE_ID: {
    section: 'query',
    about: 'The workspace (customer id) that rules query.',
    form: 'a GUID',
    required: true,
  },
  SENTINEL_WORKSPACE: {
    section: 'incidents',
    about: 'Resource id of the Sentinel workspace that incidents are raised in.',
    form: '/subscriptions/…/resourceGroups/…/providers/Microsoft.OperationalInsights/workspaces/…',
    required: true,
  },
  INCIDENTS_BY: {
    section: 'incidents',
    about:
      'Who makes incidents: Flowtrap through the Sentinel API, or a native analytics rule over FlowtrapAlerts_CL (workspaces in the Defender portal).',
    form: 'api or nativeRule',
    default: 'api',
  },
  THREATCONNECT_URL: {
    section: 'threatConnect',
    about: 'The ThreatConnect instance, with its API path.',
    form: 'https://app.threatconnect.com/api (https; plain http only on loopback)',
    required: true,
  },
  THREATCONNECT_ACCESS_ID: {
    section: 'threatConnect',
    about: 'Access id for HMAC authentication. Give it and the secret key, or a token.',
    form: 'the digits that ThreatConnect shows',
  },
  THREATCONNECT_SECRET_KEY: {
    section: 'threatConnect',
    about: 'Secret key for HMAC authentication.',
    form: 'the text that ThreatConnect shows',
    secret: true,
  },
  THREATCONNECT_TOKEN: {
    section: 'threatConnect',
    about: 'API token, instead of access id and secret key.',
    form: 'APIV2:…',
    secret: true,
  },
  THREATCONNECT_OWNERS: {
    section: 'threatConnect',
    about: 'The owners (organization, communities, sources) whose indicators are pulled.',
    form: 'owner names separated by commas; not set: all that the user may read',
  },
  THREATCONNECT_FILTER: {
    section: 'threatConnect',
    about: 'A TQL expression that limits the pull further.',
    form: 'TQL, for example rating GEQ 3 and confidence GEQ 50',
  },
  THREATCONNECT_ALIAS: {
    section: 'threatConnect',
    about: 'What follows ThreatConnect- in SourceSystem.',
    form: '1 to 40 letters, digits, dots, hyphens and underscores',
    default: 'Flowtrap',
  },
  PULL_INDICATORS_SCHEDULE: {
    section: 'schedules',
    about: 'When indicators are pulled (UTC).',
    form: 'NCRONTAB with six fields, for example 0 */15 * * * *',
    default: '0 */15 * * * *',
  },
  SWEEP_FLOWS_SCHEDULE: {
    section: 'schedules',
    about: 'When the containers are compared with the checkpoints (UTC).',
    form: 'NCRONTAB with six fields, for example 0 */5 * * * *',
    default: '0 */5 * * * *',
  },
  DETECT_SCHEDULE: {
    section: 'schedules',
    about: 'When due windows are evaluated (UTC).',
    form: 'NCRONTAB with six fields, for example 0 */5 * * * *',
    default: '30 */5 * * * *',
  },
  DETECT_DELAY: {
    section: 'detection',
    about: 'How long after its end a window is closed: flow logs come late.',
    form: 'a duration such as 15m or PT15M',
    default: '15m',
  },
  RULES_CONTAINER: {
    section: 'detection',
    about: 'Container of the host storage account with further Sentinel rule files.',
    form: 'a container name: 3 to 63 lower-case letters, digits and hyphens',
    default: 'flowtrap-rules',
  },
  LOCAL_INGESTION_URL: {
    section: 'local',
    about: 'Where the ingestion endpoint really is on this machine.',
    form: 'http://127.0.0.1:PORT',
    localOnly: true,
  },
  LOCAL_QUERY_URL: {
    section: 'local',
    about: 'Where the query API really is on this machine.',
    form: 'http://127.0.0.1:PORT',
    localOnly: true,
  },
  LOCAL_MANAGEMENT_URL: {
    section: 'local',
    about: 'Where Azure Resource Manager (the Sentinel API) really is on this machine.',
    form: 'http://127.0.0.1:PORT',
    localOnly: true,
  },
  LOCAL_CLOCK: {
    section: 'local',
    about: 'A time at which the clock of the functions stands still, for tests and for --logs.',
    form: 'an ISO 8601 time such as 2026-03-02T10:15:00Z',
    localOnly: true,
  },
} as const satisfies Record<string, Setting>;

export type SettingName = keyof typeof SETTINGS;
