/** Reads a TypeScript source as tokens, with the compiler's own scanner, so that comments and texts never count as code. */
import { SyntaxKind } from 'typescript/unstable/ast';
import { createScanner } from 'typescript/unstable/ast/scanner';

export interface Token {
  readonly kind: SyntaxKind;
  readonly text: string;
  /** A text literal's content. */
  readonly value: string;
  readonly line: number;
}

/** After one of these a slash divides; anywhere else it begins a regular expression. */
const ENDS_VALUE = new Set<SyntaxKind>([
  SyntaxKind.Identifier,
  SyntaxKind.NumericLiteral,
  SyntaxKind.BigIntLiteral,
  SyntaxKind.StringLiteral,
  SyntaxKind.NoSubstitutionTemplateLiteral,
  SyntaxKind.TemplateTail,
  SyntaxKind.RegularExpressionLiteral,
  SyntaxKind.CloseParenToken,
  SyntaxKind.CloseBracketToken,
  SyntaxKind.CloseBraceToken,
  SyntaxKind.ThisKeyword,
  SyntaxKind.TrueKeyword,
  SyntaxKind.FalseKeyword,
  SyntaxKind.NullKeyword,
]);

export function tokens(text: string): Token[] {
  const scanner = createScanner(true, undefined, text);
  const found: Token[] = [];
  /** Depth of braces at which each open template goes on. */
  const templates: number[] = [];
  let depth = 0;
  let line = 1;
  let counted = 0;
  for (;;) {
    let kind = scanner.scan();
    if (kind === SyntaxKind.EndOfFile) return found;
    const before = found.at(-1);
    if (kind === SyntaxKind.SlashToken || kind === SyntaxKind.SlashEqualsToken) {
      if (before === undefined || !ENDS_VALUE.has(before.kind)) kind = scanner.reScanSlashToken();
    } else if (kind === SyntaxKind.CloseBraceToken && templates.at(-1) === depth) {
      kind = scanner.reScanTemplateToken(false);
      if (kind === SyntaxKind.TemplateTail) templates.pop();
    } else if (kind === SyntaxKind.TemplateHead) templates.push(depth);
    else if (kind === SyntaxKind.OpenBraceToken) depth += 1;
    else if (kind === SyntaxKind.CloseBraceToken) depth -= 1;
    const start = scanner.getTokenStart();
    for (; counted < start; counted += 1) if (text.charCodeAt(counted) === 10) line += 1;
    found.push({ kind, text: scanner.getTokenText(), value: scanner.getTokenValue(), line });
  }
}

export interface Import {
  /** What is imported, as written; undefined when it is worked out while the program runs. */
  readonly specifier: string | undefined;
  readonly line: number;
  /** Only types come from there: gone when the program runs. */
  readonly typeOnly: boolean;
}

const isText = (token: Token | undefined): token is Token =>
  token?.kind === SyntaxKind.StringLiteral || token?.kind === SyntaxKind.NoSubstitutionTemplateLiteral;

/** Whether the import or export clause that ends before `from` (at `end`) names nothing but types. */
function namesOnlyTypes(list: readonly Token[], end: number): boolean {
  let start = end - 1;
  while (start >= 0 && list[start]?.kind !== SyntaxKind.ImportKeyword && list[start]?.kind !== SyntaxKind.ExportKeyword)
    start -= 1;
  const clause = list.slice(start + 1, end);
  if (clause[0]?.kind === SyntaxKind.TypeKeyword && clause.length > 1) return true;
  if (clause[0]?.kind !== SyntaxKind.OpenBraceToken) return false;
  const names = clause.filter((_, i) => /^[{,]$/.test(clause[i - 1]?.text ?? '') && clause[i]?.text !== '}');
  return names.length > 0 && names.every((name) => name.kind === SyntaxKind.TypeKeyword);
}

/** Every import of a source: static, type-only, re-export, `import()` as call or type, `require()`, `require.resolve()`. */
export function imports(text: string): Import[] {
  const list = tokens(text);
  const found: Import[] = [];
  const add = (token: Token | undefined, line: number, typeOnly = false): void => {
    found.push({ specifier: isText(token) ? token.value : undefined, line, typeOnly });
  };
  list.forEach((token, i) => {
    const before = list[i - 1];
    const next = list[i + 1];
    if (before?.kind === SyntaxKind.DotToken || before?.kind === SyntaxKind.FunctionKeyword) return;
    if (token.kind === SyntaxKind.ImportKeyword && isText(next)) add(next, token.line);
    else if (token.kind === SyntaxKind.ImportKeyword && next?.kind === SyntaxKind.OpenParenToken)
      add(list[i + 2], token.line);
    else if (token.kind === SyntaxKind.FromKeyword && isText(next)) add(next, token.line, namesOnlyTypes(list, i));
    else if (token.text === 'require') {
      const open = next?.kind === SyntaxKind.DotToken && list[i + 2]?.text === 'resolve' ? i + 3 : i + 1;
      if (list[open]?.kind === SyntaxKind.OpenParenToken) add(list[open + 1], token.line);
    }
  });
  return found;
}

/** Lines that use the type `any`. */
export function anyTypes(text: string): number[] {
  const list = tokens(text);
  return list
    .filter((token, i) => {
      if (token.kind !== SyntaxKind.AnyKeyword || list[i - 1]?.kind === SyntaxKind.DotToken) return false;
      const before = list[i - 1]?.kind;
      const isKey = before === SyntaxKind.OpenBraceToken || before === SyntaxKind.CommaToken;
      const next = list[i + 1]?.kind;
      return next !== SyntaxKind.OpenParenToken && !(isKey && next === SyntaxKind.ColonToken);
    })
    .map((token) => token.line);
}

/** Lines that read the environment: `process.env`, `process['env']`, `{ env } = process`, the module `process`. */
export function environmentReads(text: string): number[] {
  const list = tokens(text);
  const reads = list
    .filter((token, i) => {
      if (token.text !== 'process' || token.kind !== SyntaxKind.Identifier) return false;
      if (list[i - 1]?.kind === SyntaxKind.EqualsToken && list[i - 2]?.kind === SyntaxKind.CloseBraceToken) return true;
      const at = list[i + 1]?.kind;
      if (at === SyntaxKind.DotToken || at === SyntaxKind.QuestionDotToken) return list[i + 2]?.text === 'env';
      return at === SyntaxKind.OpenBracketToken;
    })
    .map((token) => token.line);
  const modules = imports(text).filter(({ specifier }) => specifier === 'process' || specifier === 'node:process');
  return [...reads, ...modules.map(({ line }) => line)];
}
