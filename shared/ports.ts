/**
 * What the product needs from outside, as small interfaces. shared/azure implements them for Azure, tests implement them
 * in memory; everything else in shared/ takes them as arguments and knows no SDK.
 *
 * Times are `Date` (UTC) unless a comment says otherwise.
 */
import type { RowBatch } from './rowBatch';

export interface Clock {
  now(): Date;
}

/** Where log lines go: the invocation's context in Azure, the console locally. Never give it a secret. */
export interface Log {
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

// ---------------------------------------------------------------------------------------------------------- blobs

/** Names a blob of a watched container. */
export interface BlobAddress {
  /** Storage account name, lower case. */
  readonly account: string;
  readonly container: string;
  /** The blob's name, not percent-encoded; may contain slashes. */
  readonly name: string;
}

export interface BlobProperties {
  readonly etag: string;
  /** Stored (not decompressed) bytes. */
  readonly length: number;
  readonly createdOn: Date;
  readonly lastModified: Date;
  readonly kind: 'block' | 'append' | 'page';
}

export interface ListedBlob extends BlobProperties {
  readonly name: string;
}

/** Reads the blobs that log sources write. Throws FlowtrapError `unavailable` or `unauthorized`. */
export interface Blobs {
  /** The blob's properties, or undefined when it does not exist (any more). */
  properties(blob: BlobAddress): Promise<BlobProperties | undefined>;
  /**
   * Stored bytes from `offset` (to `end`, exclusive, when given) as a stream of chunks.
   * @throws FlowtrapError `conflict` when the blob's ETag is no longer `etag`, `notFound` when it is gone.
   */
  read(
    blob: BlobAddress,
    range: { readonly offset: number; readonly end?: number; readonly etag: string },
  ): AsyncIterable<Uint8Array>;
  /** All blobs of a container below a prefix, in order of name (ordinal). */
  list(container: {
    readonly account: string;
    readonly container: string;
    readonly prefix?: string;
  }): AsyncIterable<ListedBlob>;
}

// ---------------------------------------------------------------------------------------------------------- state

export interface StateEntry<T> {
  readonly value: T;
  readonly etag: string;
}

export interface StateListing {
  readonly key: string;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A lease on a state key: at most one holder at a time. Renewed in the background until released. */
export interface Lease {
  /** Aborted when the lease was lost (the holder must stop writing). */
  readonly signal: AbortSignal;
  release(): Promise<void>;
}

/** Small JSON documents by key (`checkpoints/…`, `rules/…`, `runs/…`), with conditional writes and leases. */
export interface StateStore {
  get<T>(key: string): Promise<StateEntry<T> | undefined>;
  /**
   * Writes the document and returns its new ETag. `ifMatch`: only over that version; `'absent'`: only when there is none;
   * left out: whatever is there. `metadata` values are ASCII.
   * @throws FlowtrapError `conflict` when the condition fails.
   */
  put<T>(
    key: string,
    value: T,
    options?: {
      readonly ifMatch?: string | 'absent';
      readonly lease?: Lease;
      readonly metadata?: Readonly<Record<string, string>>;
    },
  ): Promise<string>;
  delete(key: string): Promise<void>;
  /** All keys that start with the prefix, in order, with their metadata. */
  list(prefix: string): AsyncIterable<StateListing>;
  /** Takes a lease named by `key` (an own lock document `locks/<key>`), or undefined when somebody else holds it. */
  lease(key: string): Promise<Lease | undefined>;
}

/** Keeps what was refused, as JSON lines. */
export interface DeadLetters {
  /** Appends one line to the file `<yyyy>/<mm>/<dd>/<source>.jsonl` of today. */
  write(source: string, records: readonly DeadLetter[]): Promise<void>;
}

/** A record that could not be mapped, or that the service refused. */
export interface DeadLetter {
  readonly reason: string;
  /** Where it came from: `account/container/name`. */
  readonly blob: string;
  /** Offset of its first byte in the decompressed content, and its length. */
  readonly offset: number;
  readonly length: number;
  /** The record's text (or its beginning: at most 64 KB), base64 when it is not text. */
  readonly record: string;
  readonly encoding: 'utf8' | 'base64';
}

// --------------------------------------------------------------------------------------------------------- queues

export interface Queue<Message> {
  send(message: Message, options?: { readonly delaySeconds?: number }): Promise<void>;
}

// --------------------------------------------------------------------------------------------------- Log Analytics

/** Why the service refused a row; the row's index in its batch. */
export interface RefusedRow {
  readonly index: number;
  readonly reason: string;
}

export interface UploadOutcome {
  readonly accepted: number;
  readonly refused: readonly RefusedRow[];
}

/**
 * Writes rows of one table (one per stream of the data collection rule). Resolves when every row was acknowledged or
 * refused for good; a row that is too large or poisonous is refused alone, its neighbours are kept.
 * @throws FlowtrapError `unavailable`, `unauthorized` or `configuration` when nothing is known about some rows: send again.
 */
export interface RowSink {
  upload(batch: RowBatch): Promise<UploadOutcome>;
}

export type CellType =
  | 'string'
  | 'int'
  | 'long'
  | 'real'
  | 'decimal'
  | 'bool'
  | 'datetime'
  | 'timespan'
  | 'guid'
  | 'dynamic';

/** A cell: datetime and timespan as the service's text (up to 7 decimals, `Z`), dynamic parsed, null where null. */
export type Cell = string | number | boolean | null | readonly unknown[] | { readonly [key: string]: unknown };

export interface QueryTable {
  readonly columns: readonly { readonly name: string; readonly type: CellType }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Runs KQL. */
export interface LogQuery {
  /**
   * @param timespan limits TimeGenerated to [from, to); left out: all data.
   * @throws FlowtrapError `malformed` (the query), `limit` (partial result, too much data, too slow), `unavailable`, `unauthorized`.
   */
  query(kql: string, timespan?: { readonly from: Date; readonly to: Date }): Promise<QueryTable>;
}

// ------------------------------------------------------------------------------------------------------- incidents

export type Severity = 'High' | 'Medium' | 'Low' | 'Informational';
export type IncidentStatus = 'New' | 'Active' | 'Closed';

/** The writable properties of a Sentinel incident that Flowtrap sets or must keep (API 2025-09-01). */
export interface Incident {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly status: IncidentStatus;
  readonly firstActivityTimeUtc: string;
  readonly lastActivityTimeUtc: string;
  readonly labels: readonly string[];
  /** Set by people; carried over unchanged on an update. */
  readonly kept: { readonly [property: string]: unknown };
}

export interface Bookmark {
  readonly displayName: string;
  readonly query: string;
  /** One result row as JSON text, below 32 KB. */
  readonly queryResult: string;
  readonly notes: string;
  readonly eventTime: string;
  readonly queryStartTime: string;
  readonly queryEndTime: string;
  readonly labels: readonly string[];
}

/**
 * The incidents of a Sentinel workspace. Ids are GUIDs that the caller computes, so repeats address the same thing.
 * @throws FlowtrapError `conflict` (stale ETag: read again), `unavailable`, `unauthorized`, `refused`.
 */
export interface Incidents {
  get(id: string): Promise<{ readonly incident: Incident; readonly etag: string } | undefined>;
  /** Creates (`etag` undefined) or replaces the version `etag`; returns the new ETag. */
  put(id: string, incident: Incident, etag: string | undefined): Promise<string>;
  getBookmark(id: string): Promise<Bookmark | undefined>;
  putBookmark(id: string, bookmark: Bookmark): Promise<void>;
  /** Names of the incident's relations. */
  relations(incidentId: string): Promise<readonly string[]>;
  /** Ties a bookmark to an incident; the relation carries the bookmark's id as its name. */
  relate(incidentId: string, bookmarkId: string): Promise<void>;
  /** Messages of the incident's comments by comment id. */
  comments(incidentId: string): Promise<ReadonlyMap<string, string>>;
  putComment(incidentId: string, commentId: string, message: string): Promise<void>;
}
