/** What every command of the `flowtrap` program is. */
import type { Readable, Writable } from 'node:stream';

/** What a command may touch: tests give their own. */
export interface CommandIo {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

export interface Command {
  readonly name: string;
  readonly summary: string;
  /** @returns the exit code: 0 well, 1 something failed, 2 the call was wrong. */
  run(argv: readonly string[], io: CommandIo): Promise<number>;
}
