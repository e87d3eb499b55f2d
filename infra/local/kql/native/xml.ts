/** parse_xml(): XML as a JSON bag. Attributes become `@name`, text beside other things `#text`, what repeats an array. */
import type { NativeFunction, NativeTable } from './native';

type Node = string | null | Map<string, Node | Node[]>;

const MAX_LENGTH = 1_048_576;
const MAX_DEPTH = 256;

const NAME = /[\p{L}_:][\p{L}\p{N}_:.-]*/uy;
const ATTRIBUTE = /\s*([\p{L}_:][\p{L}\p{N}_:.-]*)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/uy;
const NAMED: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** What is skipped: declarations, comments, document types without an internal subset. */
const SKIPPED: readonly (readonly [open: string, close: string])[] = [
  ['<!--', '-->'],
  ['<?', '?>'],
  ['<!DOCTYPE', '>'],
];

function decoded(text: string): string {
  return text.replaceAll(/&(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|[a-z]{2,4});/g, (whole, entity: string) => {
    if (!entity.startsWith('#')) return NAMED.get(entity) ?? whole;
    const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

class Malformed extends Error {}

/** Reads one document from its text. */
function reader(text: string) {
  let at = 0;

  function match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found ?? undefined;
  }

  function expect(token: string): void {
    if (!text.startsWith(token, at)) throw new Malformed();
    at += token.length;
  }

  function skipSpace(): void {
    while (at < text.length && /\s/.test(text[at] ?? '')) at += 1;
  }

  function skipped(): boolean {
    const rule = SKIPPED.find(([open]) => text.startsWith(open, at));
    if (rule === undefined) return false;
    const end = text.indexOf(rule[1], at + rule[0].length);
    if (end < 0) throw new Malformed();
    at = end + rule[1].length;
    return true;
  }

  function element(depth: number): { readonly name: string; readonly value: Node } {
    if (depth > MAX_DEPTH) throw new Malformed();
    expect('<');
    const name = match(NAME)?.[0];
    if (name === undefined) throw new Malformed();
    const members = new Map<string, Node | Node[]>();
    for (let found = match(ATTRIBUTE); found !== undefined; found = match(ATTRIBUTE))
      members.set(`@${found[1] ?? ''}`, decoded(found[2] ?? found[3] ?? ''));
    skipSpace();
    if (text.startsWith('/>', at)) {
      at += 2;
      return { name, value: members.size === 0 ? null : members };
    }
    expect('>');
    content(members, depth);
    expect(`</${name}`);
    skipSpace();
    expect('>');
    const only = members.get('#text');
    if (members.size === 0) return { name, value: null };
    return { name, value: members.size === 1 && typeof only === 'string' ? only : members };
  }

  function content(members: Map<string, Node | Node[]>, depth: number): void {
    let run = '';
    const flush = () => {
      if (run.trim() !== '') add(members, '#text', run.trim());
      run = '';
    };
    while (!text.startsWith('</', at)) {
      if (at >= text.length) throw new Malformed();
      if (text.startsWith('<![CDATA[', at)) {
        const end = text.indexOf(']]>', at);
        if (end < 0) throw new Malformed();
        run += text.slice(at + 9, end);
        at = end + 3;
      } else if (text[at] !== '<') {
        const end = text.indexOf('<', at);
        if (end < 0) throw new Malformed();
        run += decoded(text.slice(at, end));
        at = end;
      } else if (!skipped()) {
        flush();
        const { name, value } = element(depth + 1);
        add(members, name, value);
      }
    }
    flush();
  }

  function misc(): void {
    do skipSpace();
    while (skipped());
  }

  return {
    document(): Node {
      misc();
      const { name, value } = element(0);
      misc();
      if (at < text.length) throw new Malformed();
      return new Map([[name, value]]);
    },
  };
}

function add(members: Map<string, Node | Node[]>, name: string, value: Node): void {
  const known = members.get(name);
  if (known === undefined) members.set(name, value);
  else if (Array.isArray(known)) known.push(value);
  else members.set(name, [known, value]);
}

function json(node: Node | Node[]): string {
  if (Array.isArray(node)) return `[${node.map(json).join(',')}]`;
  if (node instanceof Map)
    return `{${[...node].map(([key, value]) => `${JSON.stringify(key)}:${json(value)}`).join(',')}}`;
  return JSON.stringify(node);
}

/** Null for what is no XML, or too long. */
export const parseXml: NativeFunction = (text) => {
  if (text === null || text === undefined || text.length > MAX_LENGTH) return null;
  try {
    return json(reader(text.replace(/^\uFEFF/, '')).document());
  } catch (error) {
    if (error instanceof Malformed) return null;
    throw error;
  }
};

export const XML: NativeTable = { parse_xml: [1, parseXml] };
