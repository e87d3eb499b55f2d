/**
 * The one error type of the product. Every error says what happened, to which thing, and what to do about it, so that a
 * run's result, `health` and the command line can show it without knowing where it came from.
 */

/** What kind of thing went wrong; stable, for machines. */
export type ErrorCode =
  /** A setting is missing or malformed. */
  | 'configuration'
  /** The service refused our credentials, or the identity lacks a role. */
  | 'unauthorized'
  /** The service could not be reached, timed out, throttled us or failed on its side; trying again later helps. */
  | 'unavailable'
  /** The service understood the request and refused it; trying again unchanged does not help. */
  | 'refused'
  /** A blob, record, rule or request does not have the form it must have. */
  | 'malformed'
  /** A blob in a format that no source recognises. */
  | 'unknownFormat'
  /** Somebody else changed the thing in the meantime (ETag, lease). */
  | 'conflict'
  /** The thing asked for is not there. */
  | 'notFound'
  /** A limit of ours or of a service was exceeded. */
  | 'limit'
  /** The local KQL engine does not support a construct. */
  | 'unsupported';

export interface ErrorDetails {
  /** The thing it happened to: a setting, rule, blob and offset, URL … */
  readonly subject?: string;
  /** What to do about it, as an instruction. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/** An error with a code, its subject and the fix. The message is complete on its own: what happened, then the fix. */
export class FlowtrapError extends Error {
  readonly code: ErrorCode;
  readonly subject: string | undefined;
  readonly fix: string | undefined;

  constructor(code: ErrorCode, what: string, details: ErrorDetails = {}) {
    const subject = details.subject === undefined ? '' : `${details.subject}: `;
    const fix = details.fix === undefined ? '' : ` ${details.fix}`;
    super(`${subject}${what}${fix}`, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'FlowtrapError';
    this.code = code;
    this.subject = details.subject;
    this.fix = details.fix;
  }

  /** Whether trying the same thing again later can help. */
  get retryable(): boolean {
    return this.code === 'unavailable' || this.code === 'conflict';
  }
}

/** The error as one line of text, whatever was thrown; never a stack, never longer than 2,000 characters. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > 2000 ? `${line.slice(0, 1999)}…` : line;
}
