/** Why a query gave no result, before it is put into the service's words. */

export type FaultKind =
  /** The text is no KQL. */
  | 'syntax'
  /** Names or types that do not fit. */
  | 'semantic'
  /** KQL that the local engine does not translate. */
  | 'unsupported'
  /** The request around it. */
  | 'request'
  /** Ran longer than it was given. */
  | 'timeout'
  /** Too many queries at once. */
  | 'throttled'
  /** More memory than there is. */
  | 'memory'
  /** A defect of the local engine, or a value that it could not compute with. */
  | 'engine';

export interface QueryFault {
  readonly kind: FaultKind;
  readonly message: string;
  readonly kustoCode?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  readonly text?: string;
}

export class QueryError extends Error {
  constructor(readonly fault: QueryFault) {
    super(fault.message);
    this.name = 'QueryError';
  }
}
