/** CSV (RFC 4180) as a stream of records. */
import { StringDecoder } from 'node:string_decoder';
import { FlowtrapError } from '../../../shared/errors';

/** Longer records are refused. */
export const RECORD_CHARACTERS = 8 * 1024 * 1024;

/** Quoted fields may hold commas, quotes (doubled) and line breaks. Empty lines are skipped. */
export async function* csvRecords(
  source: AsyncIterable<Buffer>,
): AsyncIterable<{ readonly line: number; readonly fields: string[] }> {
  const decoder = new StringDecoder('utf8');
  let fields: string[] = [];
  let field = '';
  let state: 'start' | 'plain' | 'quoted' | 'quoteInQuoted' = 'start';
  let line = 1;
  let started = 1;
  let size = 0;
  let first = true;
  for await (const chunk of withEnd(source)) {
    let text = chunk === undefined ? decoder.end() : decoder.write(chunk);
    if (first) text = text.replace(/^\ufeff/, '');
    first = false;
    for (const character of text) {
      if (++size > RECORD_CHARACTERS)
        throw new FlowtrapError('limit', `a record is longer than ${RECORD_CHARACTERS} characters.`, {
          subject: `line ${started}`,
        });
      if (character === '\n') line++;
      if (state === 'quoted') {
        if (character === '"') state = 'quoteInQuoted';
        else field += character;
      } else if (state === 'quoteInQuoted' && character === '"') {
        field += '"';
        state = 'quoted';
      } else if (character === '"' && state === 'start') {
        state = 'quoted';
      } else if (character === ',') {
        fields.push(field);
        field = '';
        state = 'start';
      } else if (character === '\n') {
        if (fields.length > 0 || field !== '') yield { line: started, fields: [...fields, field] };
        fields = [];
        field = '';
        state = 'start';
        started = line;
        size = 0;
      } else if (character !== '\r') {
        field += character;
        state = 'plain';
      }
    }
  }
  if (state === 'quoted')
    throw new FlowtrapError('malformed', 'a quoted field does not end.', { subject: `line ${started}` });
  if (fields.length > 0 || field !== '') yield { line: started, fields: [...fields, field] };
}

async function* withEnd<T>(source: AsyncIterable<T>): AsyncIterable<T | undefined> {
  yield* source;
  yield undefined;
}
