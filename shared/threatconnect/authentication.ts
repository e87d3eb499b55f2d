/** Signs requests to ThreatConnect: HMAC (access id and secret key) or an API token. */
import { createHmac } from 'node:crypto';
import type { ThreatConnectSettings } from '../config';

/**
 * The headers of one attempt. Make them anew for every attempt: the service accepts a timestamp for five minutes.
 * @param url what is really sent; its path and query are signed as they stand on the wire.
 * @param now the time that goes into the signature.
 */
export function authenticationHeaders(
  authentication: ThreatConnectSettings['authentication'],
  method: string,
  url: URL,
  now: Date,
): Record<string, string> {
  if (authentication.kind === 'token') return { Authorization: `TC-Token ${authentication.token}` };
  const timestamp = String(Math.floor(now.getTime() / 1000));
  const signature = createHmac('sha256', authentication.secretKey)
    .update(`${url.pathname}${url.search}:${method.toUpperCase()}:${timestamp}`, 'utf8')
    .digest('base64');
  return { Timestamp: timestamp, Authorization: `TC ${authentication.accessId}:${signature}` };
}
