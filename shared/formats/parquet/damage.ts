/** The errors of a Parquet file that cannot be read. */
import { FlowtrapError } from '../../errors';

const SUBJECT = 'Parquet file';

/** The file breaks its own format. */
export function damaged(what: string): FlowtrapError {
  return new FlowtrapError('malformed', `is damaged: ${what}.`, { subject: SUBJECT, fix: 'Upload the file again.' });
}

/** A form of Parquet that is not read. */
export function unread(what: string): FlowtrapError {
  return new FlowtrapError('malformed', `${what} is not read.`, {
    subject: SUBJECT,
    fix: 'Write the file with flat columns, and with snappy, gzip, zstd or no compression.',
  });
}

/** It would take too much memory or time. */
export function excessive(what: string): FlowtrapError {
  return new FlowtrapError('limit', `${what}.`, { subject: SUBJECT, fix: 'Store the log in smaller files.' });
}
