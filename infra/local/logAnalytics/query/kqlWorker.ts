/** The thread that analyses KQL: one compiler for the schema it was last given. */
import { parentPort } from 'node:worker_threads';
import { describeError } from '../../../../shared/errors';
import { isSyntaxCode } from '../../../../shared/kql/language';
import { type Compiled, type Found, KqlError } from '../../kql';
import type { QueryFault } from './queryFault';
import { createWorkspaceCompiler, type WorkspaceCompiler, type WorkspaceView } from './workspaceCompiler';

export type ToWorker =
  | { readonly type: 'schema'; readonly schema: WorkspaceView }
  | {
      readonly type: 'compile';
      readonly id: number;
      readonly kql: string;
      readonly now: Date;
      readonly timespan: Timespan;
      readonly found: readonly Found[];
    };

export interface Timespan {
  readonly from?: Date;
  readonly to?: Date;
}

export type FromWorker =
  | { readonly type: 'warm' }
  | { readonly type: 'compiled'; readonly id: number; readonly compiled: Compiled }
  | { readonly type: 'failed'; readonly id: number; readonly fault: QueryFault };

let compiler: WorkspaceCompiler | undefined;

parentPort?.on('message', (message: ToWorker) => {
  if (message.type === 'schema') {
    compiler = createWorkspaceCompiler(message.schema, compiler);
    compiler.warmUp();
    answer({ type: 'warm' });
    return;
  }
  try {
    if (compiler === undefined) throw new Error('No schema yet.');
    const { kql, now, timespan, found } = message;
    const compiled = compiler.compile(kql, { now, timespan, found });
    answer({ type: 'compiled', id: message.id, compiled });
  } catch (error) {
    answer({ type: 'failed', id: message.id, fault: faultOf(error) });
  }
});

function answer(message: FromWorker): void {
  parentPort?.postMessage(message);
}

function faultOf(error: unknown): QueryFault {
  if (error instanceof KqlError) {
    const { message, kustoCode, text } = error;
    // A place inside a stored function is none in the query; the message names it.
    const { line, column } = error.functionName === undefined ? error : { line: 0, column: 0 };
    const kind = error.code === 'unsupported' ? 'unsupported' : isSyntax(kustoCode) ? 'syntax' : 'semantic';
    return { kind, message, ...(kustoCode === undefined ? {} : { kustoCode }), line, column, text };
  }
  if (error instanceof RangeError) return { kind: 'semantic', message: 'The query is nested too deeply.' };
  return { kind: 'engine', message: `The query could not be compiled: ${describeError(error)}` };
}

function isSyntax(kustoCode: string | undefined): boolean {
  return kustoCode !== undefined && isSyntaxCode(kustoCode);
}
