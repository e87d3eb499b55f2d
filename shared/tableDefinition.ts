/** How a table that Flowtrap writes is described: once, for the writer, the data collection rule and the local endpoint. */

/** Column types of a data collection rule's stream (no guid there; note `boolean`). */
export type ColumnType = 'string' | 'int' | 'long' | 'real' | 'boolean' | 'dynamic' | 'datetime';

export interface ColumnDefinition {
  readonly name: string;
  readonly type: ColumnType;
  /** For custom tables: what it holds, shown in the workspace's schema and in the documentation. */
  readonly description?: string;
}

export interface TableDefinition {
  readonly table: string;
  /** The stream that we post to: `Custom-<table>`. */
  readonly stream: string;
  /** Where the data collection rule sends it: `Microsoft-<table>` for Azure's own tables, `Custom-<table>` for ours. */
  readonly outputStream: string;
  /** The columns that we write. The platform's own (Type, TenantId, _ItemId …) are never sent. */
  readonly columns: readonly ColumnDefinition[];
}
