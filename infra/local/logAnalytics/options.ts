/** What the embedded Log Analytics service is started with. Plain JSON, so that a parent process can hand it over. */
import type { TableDefinition } from '../../../shared/tableDefinition';
import type { WorkspaceFolders } from '../workspace/contents';

export interface LogAnalyticsOptions {
  /** Port on 127.0.0.1; 0 (the default) takes a free one. */
  readonly port?: number;
  /** The DuckDB file, or `:memory:`. Opened by this process alone. */
  readonly database: string;
  /** The workspace's customer id, a GUID. */
  readonly workspaceId: string;
  /** Immutable id of the one data collection rule. */
  readonly ruleId: string;
  /** The tables that exist from the start; their streams are what the rule declares. */
  readonly tables: readonly TableDefinition[];
  /** Opens /admin: the value of the header `x-admin-key`. */
  readonly adminKey: string;
  /**
   * `present` (default): any bearer token will do. `audience`: a token that is a JWT must name this service as audience and
   * must not have expired.
   */
  readonly tokenCheck?: 'present' | 'audience';
  /** How many rows and bytes a query may return; the service's own limits unless given. */
  readonly resultRows?: number;
  readonly resultBytes?: number;
  /** DuckDB's memory_limit, such as `512MB`. Default 1GB. */
  readonly memoryLimit?: string;
  /** Folders with stored KQL functions of the product: a bad file there is an error. */
  readonly functionFolders?: readonly string[];
  /** Folders with the user's stored functions and watchlists: a bad file there is named and left out. */
  readonly workspace?: WorkspaceFolders;
  /** Load the KQL parser at once (default), or with the first query. */
  readonly parserAtStart?: boolean;
  readonly settings?: ServiceSettings;
}

/** What can be changed while the service runs (POST /admin/settings); left out: unchanged. */
export interface ServiceSettings {
  /** ISO 8601 time at which the service's clock stands still; null: the machine's clock. */
  readonly clock?: string | null;
  /** Rows become queryable that much after they arrived. */
  readonly visibleAfterMs?: number;
  /** Keep event times of any age. Otherwise TimeGenerated older than 2 days or over 1 day ahead becomes the arrival time. */
  readonly keepEventTimes?: boolean;
  /** Tables whose rows are dated to a time (ISO 8601), in their order, so that old traffic can meet today's indicators. */
  readonly datedTables?: Readonly<Record<string, string>>;
}

export interface LogAnalytics {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** What was left out of the workspace's folders, each naming its file. */
  readonly problems: readonly string[];
  close(): Promise<void>;
}

/** Records per query (service limits page). */
export const RESULT_ROWS = 500_000;
/** The size that E_QUERY_RESULT_SET_TOO_LARGE names; counted here over the rows as JSON. */
export const RESULT_BYTES = 64_000_000;
