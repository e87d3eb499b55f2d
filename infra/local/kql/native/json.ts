/** JSON texts taken apart without losing how numbers were written. */

/** The texts of an array's elements; undefined when the text is no array. The text must be valid JSON. */
export function elementTexts(json: string | null | undefined): string[] | undefined {
  return partsOf(json, '[');
}

/** The texts of a bag's members by key, in order; undefined when the text is no bag. The text must be valid JSON. */
export function memberTexts(json: string | null | undefined): Map<string, string> | undefined {
  const parts = partsOf(json, '{');
  if (parts === undefined) return undefined;
  const members = new Map<string, string>();
  for (const part of parts) {
    const end = endOfString(part, 0);
    const key: unknown = JSON.parse(part.slice(0, end));
    members.set(String(key), part.slice(part.indexOf(':', end) + 1).trim());
  }
  return members;
}

export function bagJson(members: ReadonlyMap<string, string>): string {
  return `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

function partsOf(json: string | null | undefined, open: '[' | '{'): string[] | undefined {
  const text = (json ?? '').trim();
  if (!text.startsWith(open)) return undefined;
  const parts: string[] = [];
  let [depth, from] = [0, 1];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '"') at = endOfString(text, at) - 1;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    else if (character === ',' && depth === 1) {
      parts.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  const last = text.slice(from, -1).trim();
  if (last !== '' || parts.length > 0) parts.push(last);
  return parts;
}

/** Offset behind the closing quote of the string that begins there. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
