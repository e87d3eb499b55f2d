/** What detection needs of the KQL parser: where a rule's text asks for the time, and the text with literals put there. */

/** A place in a rule's text; plain JSON, kept in state so that a run on a known rule need not load the parser. */
export interface ClockCall {
  readonly start: number;
  readonly length: number;
  readonly kind: string;
}

export interface ClockCalls {
  /** @throws FlowtrapError `malformed` when the text is no KQL. */
  find(kql: string): readonly ClockCall[] | Promise<readonly ClockCall[]>;
  /** The text with now() and ago() replaced by literals at `end`. */
  /** What in the text cannot be moved, as sentences. Left out: nothing is known to. */
  warnings?(kql: string): readonly string[];
  move(kql: string, calls: readonly ClockCall[], end: Date): string;
}
