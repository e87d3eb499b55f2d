/** The compiler's error: what is wrong with a query or not supported in it, and where. */
import { FlowtrapError } from '../../../shared/errors';

export interface KqlErrorDetails {
  /** Code of Microsoft's parser (KS204 …), when it comes from there. */
  readonly kustoCode?: string;
  /** 1-based; 0 when unknown. */
  readonly line: number;
  /** 1-based; 0 when unknown. */
  readonly column: number;
  /** The offending text, at most 80 characters. */
  readonly text: string;
  /** The stored function whose body holds the place; left out for the query itself. */
  readonly functionName?: string;
}

/**
 * Code `malformed`: syntax or semantics, as Microsoft's parser reports them, or a value out of its range. Code `unsupported`:
 * a construct that the local engine does not translate. Code `limit`: the query is too large.
 */
export class KqlError extends FlowtrapError {
  readonly kustoCode: string | undefined;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly functionName: string | undefined;

  constructor(code: 'malformed' | 'unsupported' | 'limit', what: string, details: KqlErrorDetails, fix?: string) {
    const place = details.line > 0 ? `line ${details.line}, column ${details.column}` : 'query';
    const where = details.functionName === undefined ? place : `function ${details.functionName}, ${place}`;
    const near = details.text === '' ? '' : `, at '${details.text}'`;
    const kusto = details.kustoCode === undefined ? '' : ` (${details.kustoCode})`;
    super(code, `${what}${kusto}${near}.`, { subject: `KQL ${where}`, ...(fix === undefined ? {} : { fix }) });
    this.name = 'KqlError';
    this.kustoCode = details.kustoCode;
    this.line = details.line;
    this.column = details.column;
    this.text = details.text;
    this.functionName = details.functionName;
  }
}
