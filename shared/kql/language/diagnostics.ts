/** What the parser finds wrong with a query, and the error that carries it. */
import { FlowtrapError } from '../../errors';
import { type RawDiagnostic, type RawList, toArray } from './bundle';
import type { Source } from './syntax';

export interface Diagnostic {
  /** The parser's code: KS142 … */
  readonly code: string;
  readonly message: string;
  /** Offset in the text, UTF-16 units. */
  readonly start: number;
  readonly length: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based. */
  readonly column: number;
  /** The offending text, at most 80 characters on one line. */
  readonly text: string;
  /** The stored function whose body holds the place; left out for the query itself. */
  readonly functionName?: string;
}

/** Code `malformed`: the text is no valid query over the schema. */
export class LanguageError extends FlowtrapError {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    const first = diagnostics[0];
    const where = first?.functionName === undefined ? '' : ` of function ${first.functionName}`;
    super(
      'malformed',
      first === undefined ? 'Not a valid query.' : `${first.message} (${first.code}, at '${first.text}')`,
      first === undefined ? {} : { subject: `KQL line ${first.line}, column ${first.column}${where}` },
    );
    this.name = 'LanguageError';
    this.diagnostics = diagnostics;
  }
}

/** Wildcards that match no column: an error for the parser, harmless for Kusto; published parsers rely on it. */
const WILDCARD_CODES: ReadonlySet<string> = new Set(['KS109', 'KS142']);

/** Findings about the grammar: missing, unexpected and malformed text, declarations, types, operators. */
const SYNTAX_CODES = /^KS(?:00\d|170|172|176|198)$/;

export function isSyntaxCode(code: string): boolean {
  return SYNTAX_CODES.test(code);
}

/** The errors among the parser's findings; those of the grammar first, since the others may only follow from them. */
export function diagnosticsOf(list: RawList<RawDiagnostic>, source: Source, shift: number): readonly Diagnostic[] {
  return toArray(list)
    .filter((finding) => finding.Severity === 'Error')
    .map((finding) => diagnosticAt(source, finding.Start + shift, finding.Length, finding.Code, finding.Message))
    .filter((diagnostic) => !(WILDCARD_CODES.has(diagnostic.code) && diagnostic.text.includes('*')))
    .sort((one, other) => Number(isSyntaxCode(other.code)) - Number(isSyntaxCode(one.code)));
}

export function diagnosticAt(source: Source, start: number, length: number, code: string, message: string): Diagnostic {
  return {
    code,
    message,
    start,
    length,
    ...positionOf(source.text, start),
    text: excerpt(source.text, start, length),
    ...(source.functionName === undefined ? {} : { functionName: source.functionName }),
  };
}

/** Line and column (from 1) of an offset in a text. */
export function positionOf(text: string, offset: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, Math.max(0, offset));
  return { line: before.split('\n').length, column: before.length - before.lastIndexOf('\n') };
}

/** Part of a text on one line, cut to 80 characters. */
export function excerpt(text: string, start: number, length: number): string {
  const part = text
    .slice(start, start + length)
    .replaceAll(/\s+/g, ' ')
    .trim();
  return part.length > 80 ? `${part.slice(0, 79)}…` : part;
}
