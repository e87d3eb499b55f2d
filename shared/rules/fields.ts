/**
 * Reads the fields of one rule file and keeps every fault with its line, so that the author sees all of them at once.
 */
import { type Document, isMap, isNode, isPair, LineCounter, parseDocument } from 'yaml';
import { parseDuration } from '../duration';
import { describeError, FlowtrapError } from '../errors';

type Path = readonly (string | number)[];

/** Sentinel's own limit for a rule is far below; more is no rule. */
const MAX_FILE = 256 * 1024;

export class Fields {
  readonly faults: FlowtrapError[] = [];
  private readonly lines = new LineCounter();
  private readonly document: Document;
  private readonly content: unknown;

  /** Never throws: a text that is no YAML is a fault. */
  constructor(
    private readonly file: string,
    text: string,
  ) {
    if (text.length > MAX_FILE) {
      this.fault([], `it has ${text.length} characters, a rule file at most ${MAX_FILE}.`, 'Make it smaller.');
      text = '';
    }
    this.document = parseSafely(text, this.lines) ?? parseDocument('');
    if (text !== '' && this.document.contents === null) this.fault([], 'it is no YAML, or too deep.', 'Correct it.');
    for (const error of this.document.errors) {
      const line = error.linePos?.[0].line ?? 1;
      const message = error.message.split('\n', 1)[0] ?? '';
      this.faults.push(
        new FlowtrapError('malformed', `it is no valid YAML: ${message}`, {
          subject: `${file}:${line}`,
          fix: 'Correct the YAML there.',
        }),
      );
    }
    this.content = this.faults.length > 0 ? undefined : this.plain();
    if (this.faults.length === 0 && (typeof this.content !== 'object' || this.content === null)) {
      this.fault([], 'it holds no rule.', 'Write the rule as a YAML map with id, name, query and so on.');
    }
  }

  fault(path: Path, what: string, fix: string): void {
    const where = path.length === 0 ? '' : `${path.join('.')}: `;
    this.faults.push(
      new FlowtrapError('malformed', `${where}${what}`, { subject: `${this.file}:${this.line(path)}`, fix }),
    );
  }

  /** The value at a path, or undefined. */
  value(path: Path): unknown {
    let value: unknown = this.content;
    for (const step of path) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
      value = (value as Record<string | number, unknown>)[step];
    }
    return value ?? undefined;
  }

  /** Text at a path. YAML's numbers and booleans count as their text. */
  text(path: Path): string | undefined {
    const value = this.value(path);
    if (value === undefined) return undefined;
    if (typeof value === 'string') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
    this.fault(path, 'it is no text.', 'Write a text.');
    return undefined;
  }

  /** Text that must be there and match. */
  required(path: Path, pattern: RegExp, form: string): string {
    const text = this.text(path)?.trim();
    if (text === undefined || text === '') this.fault(path, 'it is missing.', `Give ${form}.`);
    else if (!pattern.test(text)) this.fault(path, `"${excerpt(text)}" does not fit.`, `Give ${form}.`);
    return text ?? '';
  }

  oneOf<T extends string>(path: Path, values: Readonly<Record<string, T>>, otherwise: T | undefined): T | undefined {
    const text = this.text(path);
    if (text === undefined) {
      if (otherwise === undefined) this.fault(path, 'it is missing.', `Give one of ${Object.keys(values).join(', ')}.`);
      return otherwise;
    }
    const name = Object.keys(values).find((key) => key.toLowerCase() === text.trim().toLowerCase());
    if (name === undefined) {
      this.fault(path, `"${excerpt(text)}" is none of the values.`, `Give one of ${Object.keys(values).join(', ')}.`);
      return otherwise;
    }
    return values[name];
  }

  boolean(path: Path, otherwise: boolean): boolean {
    const value = this.value(path);
    if (value === undefined) return otherwise;
    if (typeof value === 'boolean') return value;
    this.fault(path, 'it is neither true nor false.', 'Write true or false.');
    return otherwise;
  }

  whole(path: Path, from: number, to: number): number {
    const value = this.value(path);
    if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value;
    this.fault(path, 'it is missing or out of range.', `Give a whole number from ${from} to ${to}.`);
    return from;
  }

  /** Milliseconds. */
  duration(path: Path, from: number, to: number, form: string, otherwise?: number): number {
    const text = this.text(path);
    if (text === undefined) {
      if (otherwise !== undefined) return otherwise;
      this.fault(path, 'it is missing.', `Give a duration of ${form}.`);
      return from;
    }
    try {
      const value = parseDuration(text);
      if (value >= from && value <= to) return value;
      this.fault(path, `${excerpt(text)} is out of range.`, `Give a duration of ${form}.`);
    } catch (error) {
      this.fault(path, describeError(error), `Give a duration of ${form}.`);
    }
    return from;
  }

  /** Items of a list; none when it is not there. */
  list(path: Path): readonly unknown[] {
    const value = this.value(path);
    if (value === undefined) return [];
    if (Array.isArray(value)) return value;
    this.fault(path, 'it is no list.', 'Write it as a list.');
    return [];
  }

  texts(path: Path): string[] {
    const texts: string[] = [];
    this.list(path).forEach((_, index) => {
      const text = this.text([...path, index]);
      if (text !== undefined) texts.push(text.trim());
    });
    return texts;
  }

  /** Keys of a map; none when it is not there. */
  keys(path: Path): string[] {
    const value = this.value(path);
    if (value === undefined) return [];
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return Object.keys(value);
    this.fault(path, 'it is no map.', 'Write it as name: value.');
    return [];
  }

  private plain(): unknown {
    try {
      return this.document.toJS({ maxAliasCount: 50 });
    } catch (error) {
      this.fault([], describeError(error), 'Write the rule without so many aliases.');
      return undefined;
    }
  }

  /** Line of the deepest part of the path that is there; 1 for the file. */
  private line(path: Path): number {
    for (let depth = path.length; depth > 0; depth--) {
      const parent = depth === 1 ? this.document.contents : this.document.getIn(path.slice(0, depth - 1), true);
      const key = path[depth - 1];
      const pair = isMap(parent) ? parent.items.find((item) => isPair(item) && String(item.key) === key) : undefined;
      const node = pair?.key ?? (isNode(parent) ? this.document.getIn(path.slice(0, depth), true) : undefined);
      if (isNode(node) && node.range) return this.lines.linePos(node.range[0]).line;
    }
    return 1;
  }
}

function parseSafely(text: string, lineCounter: LineCounter): Document | undefined {
  try {
    return parseDocument(text, { lineCounter, version: '1.2', logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

export function excerpt(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}
