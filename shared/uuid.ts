/** Name-based UUIDs: the same input gives the same id, so that a repeat addresses the same thing (RFC 9562, version 5). */
import { createHash } from 'node:crypto';

/** Namespace of all ids that Flowtrap computes; a random UUID, fixed for good. */
const FLOWTRAP_NAMESPACE = '6f0c9d52-5d0b-4c46-9b5a-2f6c1f0a7e11';
/** RFC 9562, appendix: the namespace for URLs. */
export const URL_NAMESPACE = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

/**
 * @param parts the name; joined with the unit separator, so that ('ab', 'c') and ('a', 'bc') differ.
 * @returns lower-case UUID text.
 */
export function uuid5(...parts: readonly (string | number)[]): string {
  return uuid5In(FLOWTRAP_NAMESPACE, parts.join('\u001f'));
}

/** UUID version 5 of a name in a given namespace. */
export function uuid5In(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x50;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
