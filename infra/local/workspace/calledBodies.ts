/** Which stored functions a query may call: by name, without analysis, rather one too many. */

/** The query's text, and the bodies of the stored functions that it and they may call, each once. */
export function withCalledBodies(kql: string, bodies: ReadonlyMap<string, string>): readonly string[] {
  const texts = [kql];
  const seen = new Set<string>();
  for (const text of texts) {
    for (const [word] of text.matchAll(/[A-Za-z_]\w*/g)) {
      if (seen.has(word)) continue;
      seen.add(word);
      const body = bodies.get(word);
      if (body !== undefined) texts.push(body);
    }
  }
  return texts;
}
