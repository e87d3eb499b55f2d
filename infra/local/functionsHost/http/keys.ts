/** Which callers may do what: keys by header or query, compared in constant time. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { HostKeys } from '../contract';

export type KeyKind = 'master' | 'function' | undefined;

/** The key of a request: x-functions-key wins over ?code= even when it is wrong (observed). */
export function presentedKey(request: IncomingMessage, query: URLSearchParams): string {
  const header = request.headers['x-functions-key'];
  if (typeof header === 'string') return header;
  for (const [name, value] of query) if (name.toLowerCase() === 'code') return value;
  return '';
}

/** @param functionName whose own key counts, too. */
export function kindOfKey(key: string, keys: HostKeys, functionName?: string): KeyKind {
  if (key === '') return undefined;
  if (same(key, keys.master)) return 'master';
  const own = functionName === undefined ? undefined : keys.functions?.[functionName];
  return same(key, keys.function) || (own !== undefined && same(key, own)) ? 'function' : undefined;
}

function same(a: string, b: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return b !== '' && timingSafeEqual(digest(a), digest(b));
}
