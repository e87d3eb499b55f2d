/**
 * Carries requests for an Azure service to its stand-in on this machine. The SDK keeps the service's https address, so that
 * its token, retry and logging policies run as in Azure (they refuse to send a token over http); only the transport differs.
 */
import { createDefaultHttpClient, type HttpClient } from '@azure/core-rest-pipeline';
import { isLoopback } from '../config';
import { FlowtrapError } from '../errors';

/** One for all: each transport keeps connections of its own. */
let transport: HttpClient | undefined;

/**
 * @param target base URL of the stand-in, http on loopback, such as `http://127.0.0.1:7005`.
 * @returns a transport for an SDK client's `httpClient` option: every request goes to the target, with its path and query.
 * @throws FlowtrapError `configuration` when the target is not on loopback.
 */
export function createLoopbackClient(target: string): HttpClient {
  const base = URL.canParse(target) ? new URL(target) : undefined;
  if (base === undefined || !isLoopback(base.hostname)) {
    throw new FlowtrapError('configuration', 'is not a loopback address.', {
      subject: target,
      fix: 'LOCAL_… settings must be http://127.0.0.1:PORT.',
    });
  }
  transport ??= createDefaultHttpClient();
  const inner = transport;
  const prefix = target.replace(/\/+$/, '');
  return {
    async sendRequest(request) {
      const { url, proxySettings, agent } = request;
      const { pathname, search } = new URL(url);
      request.url = `${prefix}${pathname}${search}`;
      request.allowInsecureConnection = true;
      request.proxySettings = undefined;
      request.agent = undefined;
      try {
        return await inner.sendRequest(request);
      } finally {
        Object.assign(request, { url, proxySettings, agent });
      }
    },
  };
}
