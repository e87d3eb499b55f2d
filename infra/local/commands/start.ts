/** `flowtrap start`: everything on this machine, one round through it, then it keeps running. */
import { describeError } from '../../../shared/errors';
import type { RoundSummary } from '../stack/collect';
import { stackPorts } from '../stack/ports';
import { runRound, uploadTraffic } from '../stack/round';
import { stackFolder } from '../stack/stackFile';
import { type Stack, startStack } from '../stack/startStack';
import { readArguments, UsageError } from './arguments';
import type { Command, CommandIo } from './command';
import { grouped, tableLines } from './table';
import { allFolders, namedFolders, WORKSPACE_HELP, WORKSPACE_OPTIONS } from './workspaceOptions';

const HELP = `usage: flowtrap start [OPTIONS]

Runs everything on this machine: storage, Log Analytics, ThreatConnect and Sentinel stand-ins, events and the functions. Pulls
indicators, normalizes sample traffic, evaluates the rules, shows the incidents, and keeps running until Ctrl-C.

  --once          end after one round; exit code 1 if anything failed
  --json          the last line on stdout is the result as one JSON object
  --logs PATH     feed a file or folder of your own instead of the sample traffic, of any age
  --fresh         forget what earlier starts left in .flowtrap/
  --host WHO      who runs the functions: embedded (default), func (Azure Functions Core Tools), none
  --verbose       show what the functions log
  --port-base N   use the eight ports from N on instead of 17410-17416 and 7071
  --memory SIZE   how much memory queries may take together, such as 2GB (1GB unless given); beyond it they use the disk, then fail
${WORKSPACE_HELP}`;

const OPTIONS = {
  once: { type: 'boolean' },
  json: { type: 'boolean' },
  logs: { type: 'string' },
  fresh: { type: 'boolean' },
  host: { type: 'string', default: 'embedded' },
  'port-base': { type: 'string' },
  memory: { type: 'string' },
  verbose: { type: 'boolean', short: 'v' },
  ...WORKSPACE_OPTIONS,
  help: { type: 'boolean', short: 'h' },
} as const;

export const start: Command = {
  name: 'start',
  summary: 'run everything on this machine and show what is found',
  async run(argv, io) {
    const { values } = readArguments(argv, OPTIONS);
    if (values.help) {
      io.stdout.write(HELP);
      return 0;
    }
    const host = readHost(values.host);
    const workspace = allFolders(namedFolders(values, io.cwd), io.cwd);
    if (host === 'none' && (values.once || values.logs !== undefined)) {
      throw new UsageError('needs functions to run.', '--host none', 'Leave out --once and --logs.');
    }
    // With --json, stdout belongs to the result alone.
    const show = (line: string): void => void (values.json ? io.stderr : io.stdout).write(`${line}\n`);
    const progress = progressLine(io, show);

    let ended = (_code: number): void => undefined;
    const end = new Promise<number>((resolve) => {
      ended = resolve;
    });
    let stack: Stack | undefined;
    const interrupted = (): void => ended(130);
    process.once('SIGINT', interrupted);
    process.once('SIGTERM', interrupted);
    const problems: string[] = [];
    try {
      const starting = startStack({
        folder: stackFolder(io.cwd),
        ports: stackPorts(readPort(values['port-base'])),
        host,
        fresh: values.fresh ?? false,
        timers: !values.once,
        everySource: true,
        workspace,
        ...(values.memory === undefined ? {} : { memoryLimit: readMemory(values.memory) }),
        onLeftOut: (problem) => void io.stderr.write(`Left out: ${problem}\n`),
        onLog: (line) => void (values.verbose && io.stderr.write(`${line}\n`)),
        onStep: (step) => progress(`starting ${step}`),
        onBroken: (reason) => {
          problems.push(reason);
          ended(1);
        },
      });
      stack = await Promise.race([starting, end.then(() => starting)]);
      const running = stack;
      const work =
        host === 'none' ? feedOnly(running, progress) : runRound(running, { logs: values.logs, onProgress: progress });
      // An early end leaves the round's own failure without a listener.
      work.catch(() => undefined);
      const outcome = await Promise.race([work.then((summary) => ({ summary })), end.then((code) => ({ code }))]);
      progress(undefined);
      if ('code' in outcome) {
        for (const problem of problems) io.stderr.write(`flowtrap: ${problem}\n`);
        return outcome.code;
      }
      const { summary } = outcome;
      if (summary !== undefined) {
        if (values.json) io.stdout.write(`${JSON.stringify(forMachines(summary))}\n`);
        for (const line of summaryLines(summary)) show(line);
      }
      if (values.once) return summary !== undefined && summary.failures.length > 0 ? 1 : 0;
      for (const line of addressLines(running)) show(line);
      const code = await end;
      for (const problem of problems) io.stderr.write(`flowtrap: ${problem}\n`);
      return code === 130 ? 0 : code;
    } catch (error) {
      progress(undefined);
      io.stderr.write(`flowtrap: ${describeError(error)}\n`);
      return 1;
    } finally {
      process.off('SIGINT', interrupted);
      process.off('SIGTERM', interrupted);
      await stack?.close();
    }
  },
};

/** Without functions of our own: the sample traffic waits for those of `func start`. */
async function feedOnly(stack: Stack, onProgress: (line: string) => void): Promise<undefined> {
  await uploadTraffic(stack, onProgress);
  return undefined;
}

function readHost(text: string): 'embedded' | 'func' | 'none' {
  if (text === 'embedded' || text === 'func' || text === 'none') return text;
  throw new UsageError(`"${text}" is none of embedded, func, none.`, '--host');
}

function readMemory(text: string): string {
  if (!/^[1-9]\d{0,5}(?:MB|GB)$/.test(text))
    throw new UsageError(`"${text}" is no size such as 512MB or 2GB.`, '--memory');
  return text;
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1024 || port > 65_528) {
    throw new UsageError(`"${text}" is no port from 1024 to 65528.`, '--port-base');
  }
  return port;
}

/** One line that rewrites itself on a terminal; a line each elsewhere. `undefined` clears it. */
function progressLine(io: CommandIo, show: (line: string) => void): (line: string | undefined) => void {
  const terminal = (io.stderr as NodeJS.WriteStream).isTTY === true;
  let shown: string | undefined;
  return (line) => {
    if (line === shown) return;
    shown = line;
    if (terminal) io.stderr.write(`\r\u001b[2K${line === undefined ? '' : `  ${line} …`}`);
    else if (line !== undefined) show(`  ${line}`);
  };
}

function forMachines({ failures: _failures, covered, ...summary }: RoundSummary): object {
  return covered === undefined ? summary : { ...summary, covered };
}

function summaryLines(summary: RoundSummary): string[] {
  const { records, sessions, skipped, deadLetters, incidents, failures, covered } = summary;
  return [
    '',
    `  indicators  ${grouped(summary.indicators)}`,
    `  blobs       ${grouped(summary.blobs)}`,
    `  records     ${grouped(records)} = ${grouped(sessions)} sessions + ${grouped(skipped)} skipped + ${grouped(deadLetters)} dead letters`,
    `  rules       ${summary.rules}`,
    ...(covered === undefined
      ? []
      : [`  windows     every one from ${covered.first} to ${covered.last} (times kept whatever their age)`]),
    '',
    incidents.length === 0 ? '  No incident.' : `  ${incidents.length} incidents`,
    ...(incidents.length === 0
      ? []
      : tableLines(
          [
            { title: 'SEVERITY' },
            { title: 'INCIDENT', widest: 72 },
            { title: 'ENTITIES', widest: 48 },
            { title: 'ROWS', right: true },
          ],
          incidents.map((i) => [i.severity, i.title, i.entities.join(' '), String(i.rows)]),
        ).map((line) => `  ${line}`)),
    '',
    ...failures.map((failure) => `  FAILED  ${failure}`),
  ];
}

function addressLines(stack: Stack): string[] {
  const { file, history } = stack;
  const from = new Date(Date.parse(history.windowEnd) - 3_600_000).toISOString();
  return [
    ...tableLines(
      [{ title: 'RUNNING' }, { title: 'ADDRESS', widest: 100 }],
      [
        [
          'functions',
          stack.functions === undefined
            ? `not started: func start, on port ${file.ports.functions}`
            : file.functionsUrl,
        ],
        ['function key', stack.functions === undefined ? '-' : file.functionKey],
        ['Log Analytics', file.logAnalyticsUrl],
        ['Sentinel', file.sentinelUrl],
        ['ThreatConnect', file.threatConnectUrl],
        ['storage', `http://127.0.0.1:${file.ports.blob}/devstoreaccount1`],
      ],
    ).map((line) => `  ${line}`),
    '',
    '  Ask it:   npx flowtrap query "_Im_NetworkSession | summarize count() by EventVendor, EventProduct, NetworkDirection"',
    `  Again:    curl -X POST ${file.functionsUrl}/api/rerun -H 'x-functions-key: ${file.functionKey}' -H 'content-type: application/json' -d '{"job":"detect","from":"${from}","to":"${history.windowEnd}"}'`,
    `  Health:   curl '${file.functionsUrl}/api/health?code=${file.functionKey}'`,
    '',
    '  Running; Ctrl-C stops everything.',
  ];
}
