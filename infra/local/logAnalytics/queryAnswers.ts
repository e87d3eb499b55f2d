/** Results and faults of queries in the words of the Logs Query API. */
import type { Answer } from './http/server';
import type { QueryResult } from './query/execution';
import type { FaultKind, QueryFault } from './query/queryFault';

export interface Preferences {
  /** Seconds that a query may run. */
  readonly wait: number;
  readonly statistics: boolean;
  readonly render: boolean;
}

const DEFAULT_WAIT = 180;
export const LONGEST_WAIT = 600;

/** The `Prefer` header; what it does not say or says badly has its default. */
export function preferences(header: string | undefined): Preferences {
  const said = new Map(
    (header ?? '').split(/[,;]/).map((part) => {
      const [name = '', value = 'true'] = part.trim().toLowerCase().split('=');
      return [name.trim(), value.trim()];
    }),
  );
  const wait = Number(said.get('wait'));
  return {
    wait: Number.isFinite(wait) && wait > 0 ? Math.min(wait, LONGEST_WAIT) : DEFAULT_WAIT,
    statistics: said.get('include-statistics') === 'true',
    render: said.get('include-render') === 'true',
  };
}

/** 200 with the table; what was cut is a PartialError. */
export function resultAnswer(
  result: QueryResult,
  prefer: Preferences,
  details: { readonly seconds: number; readonly render: string | undefined; readonly limit: number },
): Answer {
  const columns = JSON.stringify(result.columns.map(({ name, type }) => ({ name, type })));
  const rest = {
    ...(prefer.statistics
      ? { statistics: { query: { executionTime: details.seconds, rowCount: result.rowCount } } }
      : {}),
    ...(prefer.render ? { render: { visualization: details.render ?? null } } : {}),
    ...(result.cut === undefined ? {} : { error: partialError(tooLarge(result.cut, details.limit)) }),
  };
  const tail = JSON.stringify(rest).slice(1, -1);
  return {
    status: 200,
    body: [
      `{"tables":[{"name":"PrimaryResult","columns":${columns},"rows":[`,
      ...result.rows,
      `]}]${tail === '' ? '' : `,${tail}`}}`,
    ],
  };
}

function tooLarge(cut: 'rows' | 'bytes', limit: number): { code: string; message: string } {
  const what = cut === 'rows' ? `record count limit ${limit}` : `internal size limit ${limit}`;
  return {
    code: 'E_QUERY_RESULT_SET_TOO_LARGE',
    message: `Query result set has exceeded the ${what} (E_QUERY_RESULT_SET_TOO_LARGE; 0x80DA0003).`,
  };
}

function partialError(reason: { code: string; message: string }): unknown {
  return {
    code: 'PartialError',
    message: 'There were some errors when processing your query.',
    details: [
      {
        code: 'EngineError',
        message: 'Something went wrong processing your query on the server.',
        innererror: { ...reason, severity: 2, severityName: 'Error' },
      },
    ],
  };
}

const STATUS: Readonly<Record<FaultKind, readonly [status: number, code: string]>> = {
  syntax: [400, 'BadArgumentError'],
  semantic: [400, 'BadArgumentError'],
  unsupported: [400, 'BadArgumentError'],
  request: [400, 'BadArgumentError'],
  engine: [400, 'BadArgumentError'],
  memory: [200, 'PartialError'],
  timeout: [504, 'GatewayTimeout'],
  throttled: [429, 'ThrottledError'],
};

const INNER: Partial<Record<FaultKind, readonly [code: string, message: string]>> = {
  syntax: ['SyntaxError', 'A recognition error occurred in the query.'],
  semantic: ['SemanticError', 'A semantic error occurred.'],
  unsupported: ['NotSupportedLocally', 'The local engine does not know a construct of the query.'],
  engine: ['ExecutionError', 'The local engine failed on the query.'],
};

/** The answer to a query that failed. `line` counts from 1 and `pos` from 0, as in Kusto's messages. */
export function faultAnswer(fault: QueryFault, correlationId: string): Answer {
  const [status, code] = STATUS[fault.kind];
  if (fault.kind === 'memory') {
    const reason = { code: 'E_RUNAWAY_QUERY', message: `The query needs more memory than there is. ${fault.message}` };
    return { status, body: { tables: [], error: partialError(reason) } };
  }
  const inner = INNER[fault.kind];
  const place = fault.line === undefined || fault.line === 0 ? {} : { line: fault.line, pos: (fault.column ?? 1) - 1 };
  const innererror =
    inner === undefined
      ? undefined
      : {
          code: inner[0],
          message: inner[1],
          innererror: {
            code: fault.kustoCode ?? (fault.kind === 'syntax' ? 'SYN0002' : 'SEM0001'),
            message: fault.message,
            ...place,
            ...(fault.text ? { token: fault.text } : {}),
          },
        };
  return {
    status,
    ...(fault.kind === 'throttled' ? { headers: { 'retry-after': '5' } } : {}),
    body: {
      error: {
        message: inner === undefined ? fault.message : 'The request had some invalid properties',
        code,
        correlationId,
        ...(innererror === undefined ? {} : { innererror }),
      },
    },
  };
}
