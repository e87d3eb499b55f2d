/**
 * The boundary between reading blobs (shared/flows) and understanding them (shared/formats, shared/sources): decompressed
 * bytes go in, accounted-for records come out. Nothing behind it knows of blobs' storage or Azure.
 */

/** What became of one record (a flow tuple, a line, a row). Each record gives exactly one outcome. */
export type Outcome =
  | {
      readonly kind: 'session';
      /** The NetworkSession as one JSON object, serialized, empty fields left out. */
      readonly row: string;
      /** End of the session (TimeGenerated), milliseconds since the epoch. */
      readonly time: number;
      /** First byte and length of the record in the decompressed content, for the ledger and dead letters. */
      readonly offset: number;
      readonly length: number;
    }
  | { readonly kind: 'skipped'; readonly reason: string; readonly offset: number; readonly length: number }
  | {
      readonly kind: 'dead';
      readonly reason: string;
      readonly offset: number;
      readonly length: number;
      /** The record's bytes, or their beginning (at most 64 KB). A copy. */
      readonly record: Uint8Array;
    };

/** Where a later run goes on. */
export interface ResumePoint {
  /** Decompressed bytes that are accounted for: the next feed begins here. */
  readonly offset: number;
  /** What the format must remember of the bytes before (source id, header line …); JSON. */
  readonly memory: unknown;
}

/**
 * Normalizes one blob's content. Feed it the decompressed bytes in order, from its resume point on; take all outcomes of
 * one feed before the next. Memory stays bounded whatever the input: outcomes are made while they are taken.
 */
export interface Normalizer {
  /** Id of the source, once recognised; files that mix products give `mixed`. */
  readonly source: string | undefined;
  feed(chunk: Uint8Array): Iterable<Outcome>;
  /**
   * The input ends here for now. `final`: it will never grow, so an incomplete last record is a dead letter; otherwise it
   * stays unread and the resume point lies before it.
   * @throws FlowtrapError `unknownFormat` when the content was never recognised (feed throws it too, as soon as it is clear).
   */
  end(final: boolean): Iterable<Outcome>;
  /** Valid between feeds: everything before it has been given as an outcome. */
  resumePoint(): ResumePoint;
}

export interface NormalizerInput {
  /** `account/container/name`: for recognition by path and for the identity of lines. */
  readonly account: string;
  readonly container: string;
  readonly name: string;
  /** Id of the source that the container is pinned to. */
  readonly pinnedSource: string | undefined;
  readonly internalNetworks: import('../networks').Networks;
  /** About when the records were written (the blob's last change), milliseconds since the epoch: gives times without a year theirs. */
  readonly reference: number;
  readonly resume: ResumePoint | undefined;
}
