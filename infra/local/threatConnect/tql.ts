/**
 * Parses TQL, ThreatConnect's query language (knowledge base: TQL Operators and Parameters), into a condition tree.
 * Recursive descent with a depth limit; what is not understood is refused, never ignored.
 */

export type Comparison =
  | 'eq'
  | 'ne'
  | 'gt'
  | 'lt'
  | 'ge'
  | 'le'
  | 'like'
  | 'contains'
  | 'startswith'
  | 'endswith'
  | 'in';

export type Condition =
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Condition[] }
  | { readonly kind: 'null'; readonly parameter: string; readonly negated: boolean }
  | {
      readonly kind: 'compare';
      readonly parameter: string;
      readonly comparison: Comparison;
      readonly negated: boolean;
      readonly values: readonly Literal[];
    };

/** Text was quoted; a bare word is a number or boolean, kept as its characters (ids exceed 2^53). */
export interface Literal {
  readonly text: string;
  readonly quoted: boolean;
}

export class TqlError extends Error {}

const MAX_LENGTH = 20_000;
const MAX_DEPTH = 50;

const OPERATORS: Readonly<Record<string, Comparison>> = {
  '=': 'eq',
  '==': 'eq',
  EQ: 'eq',
  EQUALS: 'eq',
  '!=': 'ne',
  NE: 'ne',
  '>': 'gt',
  GT: 'gt',
  '<': 'lt',
  LT: 'lt',
  '>=': 'ge',
  GEQ: 'ge',
  '<=': 'le',
  LEQ: 'le',
  IN: 'in',
  LIKE: 'like',
  CONTAINS: 'contains',
  STARTSWITH: 'startswith',
  ENDSWITH: 'endswith',
};
/** Operators that NOT may stand before. */
const NEGATABLE: ReadonlySet<Comparison> = new Set(['in', 'like', 'contains', 'startswith', 'endswith']);

interface Token {
  readonly kind: 'word' | 'string' | 'symbol' | 'end';
  readonly text: string;
  readonly at: number;
}

/** @throws TqlError naming the position. */
export function parseTql(source: string): Condition {
  if (source.length > MAX_LENGTH) throw new TqlError(`the query is longer than ${MAX_LENGTH} characters`);
  const parser = new Parser([...tokens(source)]);
  const condition = parser.any(0);
  parser.expectEnd();
  return condition;
}

function* tokens(source: string): Generator<Token> {
  const pattern = /\s*(?:([A-Za-z][A-Za-z0-9]*|-?\d+(?:\.\d+)?)|([=!<>]=|[=<>(),])|(["']))/y;
  let at = 0;
  while (/\S/.test(source.slice(at))) {
    pattern.lastIndex = at;
    const match = pattern.exec(source);
    if (match === null) throw new TqlError(`unexpected "${source.slice(at).trimStart().slice(0, 10)}" at ${at}`);
    const [all, word, symbol, quote] = match;
    const start = at + all.length - (word ?? symbol ?? quote ?? '').length;
    at += all.length;
    if (word !== undefined) yield { kind: 'word', text: word, at: start };
    else if (symbol !== undefined) yield { kind: 'symbol', text: symbol, at: start };
    else {
      let text = '';
      for (; source[at] !== quote; at++) {
        if (at >= source.length) throw new TqlError(`the text at ${start} does not end`);
        if (source[at] === '\\') at++;
        text += source[at] ?? '';
      }
      at++;
      yield { kind: 'string', text, at: start };
    }
  }
  yield { kind: 'end', text: 'end of query', at: source.length };
}

class Parser {
  private position = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  any(depth: number): Condition {
    return this.chain('any', 'OR', () => this.all(depth));
  }

  expectEnd(): void {
    if (this.peek().kind !== 'end') throw this.unexpected();
  }

  private all(depth: number): Condition {
    return this.chain('all', 'AND', () => this.term(depth));
  }

  private chain(kind: 'all' | 'any', word: string, part: () => Condition): Condition {
    const parts = [part()];
    while (this.takeWord(word)) parts.push(part());
    const [only] = parts;
    return parts.length === 1 && only ? only : { kind, parts };
  }

  private term(depth: number): Condition {
    if (depth > MAX_DEPTH) throw new TqlError(`brackets are nested deeper than ${MAX_DEPTH}`);
    if (this.takeSymbol('(')) {
      const inner = this.any(depth + 1);
      this.expectSymbol(')');
      return inner;
    }
    return this.comparison();
  }

  private comparison(): Condition {
    const name = this.next();
    if (name.kind !== 'word' || !/^[A-Za-z]/.test(name.text)) throw this.unexpected(name);
    const parameter = name.text;
    if (this.takeWord('IS')) {
      const negated = this.takeWord('NOT');
      if (!this.takeWord('NULL')) throw this.unexpected();
      return { kind: 'null', parameter, negated };
    }
    const negated = this.takeWord('NOT');
    const operator = this.next();
    const comparison = operator.kind === 'string' ? undefined : OPERATORS[operator.text.toUpperCase()];
    if (comparison === undefined || (negated && !NEGATABLE.has(comparison))) throw this.unexpected(operator);
    const values = comparison === 'in' ? this.list() : [this.literal()];
    return { kind: 'compare', parameter, comparison, negated, values };
  }

  private list(): Literal[] {
    this.expectSymbol('(');
    const values = [this.literal()];
    while (this.takeSymbol(',')) values.push(this.literal());
    this.expectSymbol(')');
    return values;
  }

  private literal(): Literal {
    const token = this.next();
    if (token.kind === 'string') return { text: token.text, quoted: true };
    if (token.kind === 'word' && /^(-?\d|true$|false$)/i.test(token.text)) return { text: token.text, quoted: false };
    throw this.unexpected(token);
  }

  private peek(): Token {
    return this.tokens[this.position] ?? { kind: 'end', text: 'end of query', at: 0 };
  }

  private next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private takeWord(word: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'word' || text.toUpperCase() !== word) return false;
    this.position++;
    return true;
  }

  private takeSymbol(symbol: string): boolean {
    const { kind, text } = this.peek();
    if (kind !== 'symbol' || text !== symbol) return false;
    this.position++;
    return true;
  }

  private expectSymbol(symbol: string): void {
    if (!this.takeSymbol(symbol)) throw new TqlError(`expected "${symbol}" at ${this.peek().at}`);
  }

  private unexpected(token = this.peek()): TqlError {
    return new TqlError(`unexpected "${token.text.slice(0, 40)}" at ${token.at}`);
  }
}
