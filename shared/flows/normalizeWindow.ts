/** The rerun of every watched blob that was last modified in a past window, in slices. */
import { describeError, FlowtrapError } from '../errors';
import type { BlobAddress, ListedBlob } from '../ports';
import { withoutWrites } from './dryRun';
import { deadlineOf, type FlowDependencies, type FlowReport, ReportBuilder } from './flowReport';
import { LATE, readBlob, runError } from './normalizeBlob';

export interface WindowOptions {
  /** Also a window that began more than two days ago. */
  readonly allowLate?: boolean;
  readonly dryRun?: boolean;
}

export interface WindowRange {
  /** Of the blobs' last modification: [from, to). */
  readonly from: Date;
  readonly to: Date;
  /** Where the last slice ended. */
  readonly cursor?: string;
}

/** The last blob that was dealt with: the watched container's number and the blob's name. */
interface Cursor {
  readonly container: number;
  readonly after: string;
}

/**
 * Reads the blobs from their first byte, until the deadline; the cursor of the report says where the next slice begins, and
 * is absent when all is done. A blob that cannot be read is a problem in the report; the others go on.
 * @throws FlowtrapError `limit` for a window older than two days without allowLate, `malformed` for a foreign cursor;
 * FlowRunError when the service or storage fail: the slice is to be tried again.
 */
export async function normalizeWindow(
  range: WindowRange,
  dependencies: FlowDependencies,
  options: WindowOptions = {},
): Promise<FlowReport & { readonly cursor?: string }> {
  const { from, to } = range;
  const now = dependencies.clock.now();
  if (!options.allowLate && now.getTime() - from.getTime() > LATE) {
    throw new FlowtrapError(
      'limit',
      'the window begins more than two days ago: the service would give its sessions the time of their arrival, and no past window would find them.',
      { subject: `${from.toISOString()}/${to.toISOString()}`, fix: 'Give allowLate to read it all the same.' },
    );
  }
  const deps = options.dryRun ? withoutWrites(dependencies) : dependencies;
  const deadline = deadlineOf(deps);
  const report = new ReportBuilder();
  if (options.allowLate) report.count('allowLate');
  const start = parseCursor(range.cursor);
  const seen = new Set<string>();
  for (const [number, { account, container, prefix }] of deps.settings.containers.entries()) {
    if (number < start.container) continue;
    const after = number === start.container ? start.after : '';
    for await (const item of listed(deps, { account, container, prefix }, after, report)) {
      if (item.lastModified < from || item.lastModified >= to) continue;
      const blob: BlobAddress = { account, container, name: item.name };
      const path = `${account}/${container}/${item.name}`;
      // Two entries may watch overlapping prefixes of one container.
      if (seen.has(path)) continue;
      seen.add(path);
      try {
        await readBlob(blob, { ...deps, deadline: new Date(deadline) }, { fromStart: true, allowLate: true }, report);
      } catch (error) {
        if (!(error instanceof FlowtrapError) || STOPS.has(error.code)) throw runError(error, blob, report);
        report.problem(path, describeError(error));
      }
      if (Date.now() >= deadline)
        return { ...report.build(), cursor: writeCursor({ container: number, after: item.name }) };
    }
  }
  return report.build();
}

/** Errors that the next blob would meet as well. */
const STOPS: ReadonlySet<string> = new Set(['unavailable', 'unauthorized', 'configuration']);

/**
 * The blobs behind the one that the last slice ended with. A container that cannot be listed is a problem; the others go on.
 *
 * Names are not compared: with a hierarchical namespace, listings go folder by folder and not in order of name.
 */
async function* listed(
  deps: FlowDependencies,
  container: { account: string; container: string; prefix: string },
  after: string,
  report: ReportBuilder,
): AsyncGenerator<ListedBlob> {
  try {
    let passed = after === '';
    for await (const item of deps.blobs.list(container)) {
      if (passed) yield item;
      else passed = item.name === after;
    }
    // It is gone since: all are read once more, for reading twice does no harm and missing one does.
    if (!passed) yield* deps.blobs.list(container);
  } catch (error) {
    if (!(error instanceof FlowtrapError) || error.code === 'unavailable') throw error;
    report.problem(`${container.account}/${container.container}`, describeError(error));
  }
}

function writeCursor({ container, after }: Cursor): string {
  return JSON.stringify([container, after]);
}

function parseCursor(text: string | undefined): Cursor {
  if (text === undefined) return { container: 0, after: '' };
  try {
    const [container, after] = JSON.parse(text) as unknown[];
    if (Number.isSafeInteger(container) && typeof after === 'string') return { container: container as number, after };
  } catch {
    // Said below.
  }
  throw new FlowtrapError('malformed', 'it is no cursor of this job.', {
    subject: text.slice(0, 100),
    fix: 'Request the run again without a cursor.',
  });
}
