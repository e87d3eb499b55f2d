/**
 * A short scene that every source can tell in its own shape: a host inside talks to a known-bad address, ordinary traffic goes by,
 * and an address outside tries one port on more than twenty hosts inside. Each source's file writes it down as that product would.
 */

export interface Scene {
  /** The hour in which all of it lies begins here. */
  readonly start: Date;
  /** Inside; has 40 neighbours: see `target`. */
  readonly host: string;
  /** Outside, listed as an indicator. */
  readonly bad: string;
  /** Outside, harmless. */
  readonly harmless: string;
  /** Outside: tries `sweptPort` on all of `targets`. */
  readonly sweeper: string;
  readonly sweptPort: number;
  /** 24 hosts inside. */
  readonly targets: readonly string[];
}

/** A file as it would lie in storage. */
export interface SceneFile {
  readonly container: string;
  readonly name: string;
  readonly content: string | Uint8Array;
}

export interface SourceSample {
  /** Id of the source that must recognise it. */
  readonly source: string;
  /** The Log Analytics table in which Microsoft would keep these records. */
  readonly table: string;
  /**
   * @returns at least two files, one for each road: rows of the table in an `am-…` container, and the vendor's own form (where there
   * is one). Both tell the bad address at least once; the sweep is in one of them, if the product can tell it.
   */
  write(scene: Scene): readonly SceneFile[];
}

/** A moment of the scene, in ISO 8601 with milliseconds. */
export function moment(scene: Scene, second: number): Date {
  return new Date(scene.start.getTime() + second * 1000);
}

/** JSON lines. */
export function jsonLines(rows: readonly object[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

/** A file as a workspace's data export writes it. */
export function exportedRows(table: string, scene: Scene, rows: readonly object[]): SceneFile {
  const [year, month, day, hour] = scene.start.toISOString().split(/[-T:]/);
  return {
    container: `am-${table.toLowerCase().replaceAll('_', '-')}`,
    name: `WorkspaceResourceId=/subscriptions/00000000-0000-4000-8000-000000000001/resourcegroups/sample/providers/microsoft.operationalinsights/workspaces/sample/y=${year}/m=${month}/d=${day}/h=${hour}/m=00/PT05M.json`,
    content: jsonLines(rows.map((row) => ({ ...row, Type: table }))),
  };
}
