/** Options of a command, by Node's own parser, with errors that name the option. */
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { FlowtrapError } from '../../../shared/errors';

type Options = NonNullable<ParseArgsConfig['options']>;

/**
 * @throws FlowtrapError `malformed` for an unknown option, a missing value, or positionals where none are allowed.
 */
export function readArguments<O extends Options>(argv: readonly string[], options: O, allowPositionals = false) {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals, strict: true });
  } catch (error) {
    throw new FlowtrapError('malformed', (error as Error).message, { fix: 'See --help.' });
  }
}
