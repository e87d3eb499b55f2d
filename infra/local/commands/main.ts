/** The `flowtrap` program: finds the command, runs it, ends with its exit code. */
import { describeError } from '../../../shared/errors';
import { UsageError } from './arguments';
import type { Command } from './command';

/** Loaded only when asked for, so that `--help` does not start DuckDB. */
const COMMANDS: Readonly<Record<string, { readonly summary: string; readonly load: () => Promise<Command> }>> = {
  start: {
    summary: 'run everything on this machine and show what is found',
    load: async () => (await import('./start.js')).start,
  },
  normalize: {
    summary: 'what a log file becomes: NetworkSession JSON lines',
    load: async () => (await import('./normalize.js')).normalize,
  },
  query: { summary: 'a KQL query on the local Log Analytics', load: async () => (await import('./query.js')).query },
  ingest: {
    summary: 'rows of a file into a table of the local Log Analytics',
    load: async () => (await import('./ingest.js')).ingest,
  },
  detect: {
    summary: 'what a rule would raise at a time, or raise it',
    load: async () => (await import('./detect.js')).detect,
  },
};

function usage(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `usage: flowtrap COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\nflowtrap COMMAND --help tells more.\n`;
}

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(usage());
    return name === undefined ? 2 : 0;
  }
  const found = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (found === undefined) {
    process.stderr.write(`flowtrap: there is no command "${name}".\n\n${usage()}`);
    return 2;
  }
  const command = await found.load();
  return command.run(rest, {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`flowtrap: ${describeError(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
