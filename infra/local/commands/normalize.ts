/** `flowtrap normalize`: what a log file becomes. Sessions as JSON lines on stdout, the ledger on stderr. */
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { findings } from '../../../shared/asim/validation';
import { describeError, FlowtrapError } from '../../../shared/errors';
import { decompress } from '../../../shared/formats';
import { type Networks, parseNetworks } from '../../../shared/networks';
import { SETTINGS } from '../../../shared/settings';
import { type Normalizer, type Outcome, openNormalizer, SOURCES, sourceById } from '../../../shared/sources';
import { readArguments } from './arguments';
import type { Command, CommandIo } from './command';
import { grouped, tableLines } from './table';

const OPTIONS = {
  source: { type: 'string' },
  check: { type: 'boolean' },
  json: { type: 'boolean' },
  internal: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function help(): string {
  const width = Math.max(...SOURCES.map((source) => source.id.length));
  const sources = SOURCES.map((source) => `  ${source.id.padEnd(width)}  ${source.vendor} ${source.product}`);
  return `usage: flowtrap normalize FILE… [OPTIONS]

Writes each network session of the files (- is stdin; gzip is seen from the content) as one line of JSON to stdout, as it
would be sent to ASimNetworkSessionLogs, and the ledger to stderr: records = sessions + skipped + dead, each by reason.

  --source ID        read the files as this source, whatever they look like
  --check            check every session against the ASIM schema; the exit code is 1 when there are findings
  --json             the ledger as one line of JSON
  --internal CIDRS   networks that count as inside, separated by commas (default: INTERNAL_NETWORKS, else the private ones)

The exit code is 1 when a file could not be read or its format is unknown.

Sources:
${sources.join('\n')}
`;
}

/** What became of one file. */
interface FileLedger {
  readonly file: string;
  source: string | null;
  records: number;
  sessions: number;
  readonly skipped: Record<string, number>;
  readonly dead: Record<string, number>;
  findings: number;
  error: string | null;
}

/** Findings and dead records shown one by one; the rest is counted. */
const SHOWN = 10;
const WRITE_BYTES = 64 * 1024;

export const normalize: Command = {
  name: 'normalize',
  summary: 'what a log file becomes: NetworkSession JSON lines',
  async run(argv, io) {
    const { values, positionals } = readArguments(argv, OPTIONS, true);
    if (values.help) {
      io.stdout.write(help());
      return 0;
    }
    if (positionals.length === 0)
      throw new FlowtrapError('malformed', 'give at least one file, or -.', { fix: 'See --help.' });
    if (values.source !== undefined && sourceById(values.source) === undefined) {
      throw new FlowtrapError('malformed', `there is no source "${values.source}".`, {
        subject: '--source',
        fix: `Use one of ${SOURCES.map((source) => source.id).join(', ')}.`,
      });
    }
    const internal = values.internal ?? io.env.INTERNAL_NETWORKS ?? SETTINGS.INTERNAL_NETWORKS.default;
    const networks = parseNetworks(
      internal
        .split(',')
        .map((block) => block.trim())
        .filter((block) => block !== ''),
    );
    const writer = new LineWriter(io);
    const ledgers: FileLedger[] = [];
    for (const file of positionals) {
      ledgers.push(await normalizeFile(file, values.source, networks, values.check === true, writer, io));
      if (writer.closed) break;
    }
    await writer.flush();
    io.stderr.write(
      values.json ? `${JSON.stringify({ files: ledgers })}\n` : ledgerText(ledgers, values.check === true),
    );
    return ledgers.some((ledger) => ledger.error !== null || ledger.findings > 0) ? 1 : 0;
  },
};

async function normalizeFile(
  file: string,
  source: string | undefined,
  networks: Networks,
  check: boolean,
  writer: LineWriter,
  io: CommandIo,
): Promise<FileLedger> {
  const ledger: FileLedger = {
    file,
    source: null,
    records: 0,
    sessions: 0,
    skipped: {},
    dead: {},
    findings: 0,
    error: null,
  };
  let shownDead = 0;

  const take = async (outcomes: Iterable<Outcome>): Promise<void> => {
    for (const outcome of outcomes) {
      ledger.records++;
      if (outcome.kind === 'session') {
        ledger.sessions++;
        if (check) checkSession(outcome.row, outcome.offset);
        if (writer.add(outcome.row)) await writer.flush();
      } else if (outcome.kind === 'skipped') count(ledger.skipped, outcome.reason);
      else {
        count(ledger.dead, outcome.reason);
        if (shownDead++ < SHOWN) {
          const text = JSON.stringify(Buffer.from(outcome.record.subarray(0, 120)).toString('utf8'));
          io.stderr.write(`${file}: byte ${outcome.offset}: ${outcome.reason}: ${text}\n`);
        }
      }
    }
  };
  const checkSession = (row: string, offset: number): void => {
    for (const { field, problem } of findings(JSON.parse(row) as Record<string, unknown>)) {
      if (ledger.findings++ < SHOWN) io.stderr.write(`${file}: byte ${offset}: ${field} ${problem}\n`);
    }
  };

  let normalizer: Normalizer | undefined;
  try {
    normalizer = openNormalizer({
      ...place(file, io.cwd),
      pinnedSource: source,
      internalNetworks: networks,
      reference: await written(file, io.cwd),
      resume: undefined,
    });
    const bytes: AsyncIterable<Uint8Array> =
      file === '-' ? io.stdin : createReadStream(resolve(io.cwd, file), { highWaterMark: 1024 * 1024 });
    for await (const chunk of decompress(bytes)) {
      await take(normalizer.feed(chunk));
      if (writer.closed) break;
    }
    if (!writer.closed) await take(normalizer.end(true));
  } catch (error) {
    ledger.error = describeError(error);
  }
  ledger.source = normalizer?.source ?? null;
  return ledger;
}

/** When a file was last changed: gives times without a year theirs. Stdin is written now. */
async function written(file: string, cwd: string): Promise<number> {
  return file === '-' ? Date.now() : (await stat(resolve(cwd, file))).mtimeMs;
}

/** A file's place as a blob's, so that recognition by path works on copies of containers. */
function place(file: string, cwd: string): { account: string; container: string; name: string } {
  if (file === '-') return { account: 'local', container: 'stdin', name: '-' };
  const segments = relative(cwd, resolve(cwd, file)).split(/[\\/]/);
  const container = segments.findIndex((segment) => /^(insights-logs|am)-/i.test(segment));
  if (container < 0) return { account: 'local', container: 'files', name: segments.join('/') };
  return { account: 'local', container: segments[container] as string, name: segments.slice(container + 1).join('/') };
}

function count(counts: Record<string, number>, reason: string): void {
  counts[reason] = (counts[reason] ?? 0) + 1;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, one) => sum + one, 0);
}

function ledgerText(ledgers: readonly FileLedger[], check: boolean): string {
  const right = true;
  const columns = [
    { title: 'file' },
    { title: 'source' },
    { title: 'records', right },
    { title: 'sessions', right },
    { title: 'skipped', right },
    { title: 'dead', right },
    ...(check ? [{ title: 'findings', right }] : []),
  ];
  const rows = ledgers.map((ledger) => [
    ledger.file,
    ledger.source ?? '-',
    ...[ledger.records, ledger.sessions, total(ledger.skipped), total(ledger.dead), ledger.findings].map(grouped),
  ]);
  const lines = tableLines(columns, rows);
  for (const ledger of ledgers) {
    for (const [kind, counts] of [
      ['skipped', ledger.skipped],
      ['dead', ledger.dead],
    ] as const) {
      for (const [reason, number] of Object.entries(counts))
        lines.push(`${ledger.file}: ${kind}: ${reason} ${grouped(number)}`);
    }
    if (ledger.error !== null) lines.push(`${ledger.file}: ${ledger.error}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Writes lines in blocks and waits for slow readers; a reader that goes away (`| head`) ends it quietly. */
class LineWriter {
  closed = false;
  private lines: string[] = [];
  private length = 0;

  constructor(private readonly io: CommandIo) {
    io.stdout.once('error', () => {
      this.closed = true;
    });
  }

  /** @returns whether it is time to flush. */
  add(line: string): boolean {
    this.lines.push(line);
    this.length += line.length + 1;
    return this.length >= WRITE_BYTES;
  }

  async flush(): Promise<void> {
    if (this.lines.length === 0 || this.closed) return;
    const block = `${this.lines.join('\n')}\n`;
    this.lines = [];
    this.length = 0;
    if (this.io.stdout.write(block)) return;
    await once(this.io.stdout, 'drain').catch(() => {
      this.closed = true;
    });
  }
}
