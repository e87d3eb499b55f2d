/** Options of a command, by Node's own parser, with errors that name the option. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FlowtrapError } from '../../../shared/errors';

/** The call was wrong: exit code 2. */
export class UsageError extends FlowtrapError {
  constructor(what: string, subject?: string, fix = 'See --help.') {
    super('malformed', what, subject === undefined ? { fix } : { subject, fix });
  }
}

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * @throws UsageError for an unknown option, a missing value, or positionals where none are allowed.
 */
export function readArguments<O extends Options>(argv: readonly string[], options: O, allowPositionals = false) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}
