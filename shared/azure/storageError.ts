/** What the storage services' errors mean to us: a typed error that names the thing and the fix. */
import { isRestError } from '@azure/core-rest-pipeline';
import { describeError, FlowtrapError } from '../errors';

export interface StorageFailure {
  readonly status: number | undefined;
  /** The service's code, such as `BlobNotFound`; else the transport's, such as `ECONNREFUSED`. */
  readonly code: string;
}

/** Status and code of an error of a storage client; undefined for any other error. */
export function storageFailure(error: unknown): StorageFailure | undefined {
  if (!isRestError(error)) return undefined;
  const header = error.response?.headers.get('x-ms-error-code');
  return { status: error.statusCode ?? error.response?.status, code: header ?? error.code ?? '' };
}

/** Whether the error is a storage answer with one of these codes. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  const failure = storageFailure(error);
  return failure !== undefined && codes.includes(failure.code);
}

/**
 * @param subject what was being read or written.
 * @param setting the setting that names the container or queue, for the fix.
 */
export function storageError(error: unknown, subject: string, setting: string): FlowtrapError {
  if (error instanceof FlowtrapError) return error;
  const failure = storageFailure(error);
  const cause = error;
  if (failure === undefined)
    return credentialError(error, subject) ?? unavailable(subject, describeError(error), cause);
  const { status, code } = failure;
  const said = code === '' ? `status ${status ?? 'unknown'}` : `${status ?? ''} ${code}`.trim();
  if (status === 401 || status === 403) {
    return new FlowtrapError('unauthorized', `storage refused the request (${said}).`, {
      subject,
      fix: `Give the app's identity a data role on the account (Storage Blob Data Reader for watched containers, Storage Blob Data Owner and Storage Queue Data Contributor for its own), and see that the account's firewall lets it in. A new role takes minutes to work. The setting is ${setting}.`,
      cause,
    });
  }
  if (status === 412 || code === 'BlobAlreadyExists' || code === 'UnmodifiedConditionNotMet')
    return new FlowtrapError('conflict', `somebody else changed it in the meantime (${said}).`, { subject, cause });
  if (code === 'ContainerNotFound' || code === 'QueueNotFound') {
    return new FlowtrapError('configuration', `does not exist (${said}).`, {
      subject,
      fix: `Create it, or correct ${setting}.`,
      cause,
    });
  }
  if (status === 404) return new FlowtrapError('notFound', `is not there (${said}).`, { subject, cause });
  if (code === 'ENOTFOUND') {
    return new FlowtrapError('unavailable', 'the storage account has no address.', {
      subject,
      fix: `See that the account exists and that ${setting} spells its name right.`,
      cause,
    });
  }
  if (status !== undefined && status >= 400 && status < 500 && ![408, 409, 429].includes(status))
    return new FlowtrapError('refused', `storage refused the request (${said}).`, { subject, cause });
  return unavailable(subject, said, cause);
}

/** A failure to get a token; undefined when the error is none. */
export function credentialError(error: unknown, subject: string): FlowtrapError | undefined {
  const name = error instanceof Error ? error.name : '';
  if (name === 'CredentialUnavailableError') {
    return new FlowtrapError('unauthorized', `there is no managed identity to sign in with: ${describeError(error)}`, {
      subject,
      fix: 'Give the app a managed identity; for a user-assigned one set AZURE_CLIENT_ID to its client id.',
      cause: error,
    });
  }
  if (name !== 'AuthenticationError' && name !== 'AuthenticationRequiredError') return undefined;
  const status = (error as { statusCode?: number }).statusCode ?? 0;
  const passing = status === 0 || status === 408 || status === 429 || status >= 500;
  return new FlowtrapError(passing ? 'unavailable' : 'unauthorized', `no token could be had: ${describeError(error)}`, {
    subject,
    fix: passing
      ? 'It is tried again by itself.'
      : 'See that AZURE_CLIENT_ID is the client id of an identity of this app.',
    cause: error,
  });
}

function unavailable(subject: string, said: string, cause: unknown): FlowtrapError {
  return new FlowtrapError('unavailable', `storage did not answer as it should (${said}).`, {
    subject,
    fix: 'It is tried again by itself; if it lasts, see whether the account is up and reachable.',
    cause,
  });
}
