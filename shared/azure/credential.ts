/** Who Flowtrap is towards Azure: always a managed identity; on a laptop its token endpoint is a local one (IDENTITY_ENDPOINT). */
import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { isLoopback, type LocalSettings } from '../config';
import { FlowtrapError } from '../errors';

export type { TokenCredential } from '@azure/identity';

export interface CredentialOptions {
  /** Of a user-assigned identity; undefined: the system-assigned one. */
  readonly clientId: string | undefined;
  /** With any loopback address in it, a token endpoint elsewhere is refused: a laptop must never reach a real account. */
  readonly local?: LocalSettings;
}

/**
 * The credential of the app. It asks for no token before it is used.
 * @throws FlowtrapError `configuration` when local addresses are set and IDENTITY_ENDPOINT is not on loopback.
 */
export function createCredential({ clientId, local }: CredentialOptions): TokenCredential {
  const isLocal = local?.ingestionUrl ?? local?.queryUrl ?? local?.managementUrl;
  if (isLocal !== undefined && !isLoopbackUrl(process.env.IDENTITY_ENDPOINT)) {
    throw new FlowtrapError('configuration', 'is not a loopback address, but LOCAL_… addresses are set.', {
      subject: 'IDENTITY_ENDPOINT',
      fix: 'Start the functions with `flowtrap start`, which sets it, or remove the LOCAL_… settings.',
    });
  }
  const retryOptions = { maxRetries: 3, retryDelayInMs: 500, maxRetryDelayInMs: 5000 };
  return clientId === undefined
    ? new ManagedIdentityCredential({ retryOptions })
    : new ManagedIdentityCredential({ clientId, retryOptions });
}

function isLoopbackUrl(text: string | undefined): boolean {
  return text !== undefined && URL.canParse(text) && isLoopback(new URL(text).hostname);
}
