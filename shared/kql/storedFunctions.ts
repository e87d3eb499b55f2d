/**
 * Stored KQL functions kept as files: one file a function, `<anything>.kql`, beginning with a header in comment lines.
 *
 *     // function: _Im_NetworkSession
 *     // parameters: (starttime: datetime = datetime(null), …)
 *     // description: …
 *
 * A header line goes on in following comment lines that start with `//   ` (three blanks). The rest of the file is the body.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FlowtrapError } from '../errors';

export interface StoredFunction {
  readonly name: string;
  /** As in a declaration, with its parentheses. */
  readonly parameters: string;
  readonly description: string;
  readonly body: string;
}

/** All `.kql` files of a folder, in order of file name. @throws FlowtrapError `malformed` for a file without its header. */
export function loadStoredFunctions(folder: string): readonly StoredFunction[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.kql'));
  return files.sort().map((file) => readStoredFunction(readFileSync(join(folder, file), 'utf8'), join(folder, file)));
}

/** @param subject names the file in errors. */
export function readStoredFunction(text: string, subject: string): StoredFunction {
  const header = new Map<string, string>();
  let last: string | undefined;
  for (const line of text.split(/\r?\n/)) {
    const entry = /^\/\/ (\w+): ?(.*)$/.exec(line);
    const continued = /^\/\/ {3}\s*(.*)$/.exec(line);
    if (continued !== null && last !== undefined) {
      header.set(last, `${header.get(last) ?? ''} ${continued[1] ?? ''}`.trim());
    } else if (entry !== null) {
      last = entry[1] ?? '';
      header.set(last, (entry[2] ?? '').trim());
    } else if (line.trim() !== '') {
      break;
    }
  }
  const name = header.get('function') ?? '';
  const parameters = header.get('parameters') ?? '()';
  if (!/^\w+$/.test(name) || !/^\(.*\)$/.test(parameters)) {
    throw new FlowtrapError('malformed', "The file has no header '// function: NAME' and '// parameters: (…)'.", {
      subject,
      fix: 'Begin it with these comment lines.',
    });
  }
  return { name, parameters, description: header.get('description') ?? '', body: text };
}
