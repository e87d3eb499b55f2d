/** Lines of `key=value` pairs, values quoted or not: FortiGate, SonicWall, Check Point, WatchGuard. */

const MAX_PAIRS = 400;
const PAIR =
  /(?:^|[\s;,[])([A-Za-z_][\w.@/-]{0,79})(?:=(?: (?="))?|: ?(?="))(?:"((?:[^"\\]|\\.){0,65536})"|'([^']{0,65536})'|([^\s;"']{0,8192}))/g;

/**
 * Pairs by key; `\"` and `\\` in quotes are unescaped. `key:"value"` counts as well (Check Point). Of a repeated key the first that is not
 * empty counts.
 */
export function parseKeyValues(text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const [, key = '', double, single, bare = ''] of text.matchAll(PAIR)) {
    const value = double === undefined ? (single ?? bare) : unescaped(double);
    if (!pairs.get(key)) pairs.set(key, value);
    if (pairs.size >= MAX_PAIRS) break;
  }
  return pairs;
}

function unescaped(text: string): string {
  return text.includes('\\') ? text.replaceAll(/\\(["\\])/g, '$1') : text;
}
