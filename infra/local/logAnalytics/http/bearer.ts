/** Bearer tokens: the local ones open nothing, so their signature is not checked, but their form, audience and age can be. */
import type { IncomingMessage } from 'node:http';

export type TokenProblem = 'missing' | 'malformed' | 'audience' | 'expired';

/**
 * @param audiences the service's, e.g. `https://monitor.azure.com`; undefined: any token will do.
 * @returns what is wrong with the request's token.
 */
export function tokenProblem(
  request: IncomingMessage,
  audiences: readonly string[] | undefined,
): TokenProblem | undefined {
  const match = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '');
  if (match === null) return 'missing';
  if (audiences === undefined) return undefined;
  const claims = payload(match[1] ?? '');
  if (claims === undefined) return 'malformed';
  if (!audiences.includes(String(claims.aud).replace(/\/$/, ''))) return 'audience';
  if (typeof claims.exp !== 'number' || claims.exp * 1000 < Date.now()) return 'expired';
  return undefined;
}

function payload(token: string): { readonly [claim: string]: unknown } | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null ? (claims as { [claim: string]: unknown }) : undefined;
  } catch {
    return undefined;
  }
}
