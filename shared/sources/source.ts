/**
 * The contract of a log source: which paths and records are its own, and how a record becomes NetworkSessions. One file per
 * product implements it and is listed in catalogue.ts; docs/adding-a-source.md walks through it.
 */
import type { AddressBook } from '../asim/addresses';
import type { JsonObject } from '../formats/json';
import { kept } from '../formats/record';
import type { Outcome } from './normalizer';

/** What a record became; normalizing adds the place. */
export type Mapped =
  | { readonly kind: 'session'; readonly row: string; readonly time: number }
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'dead'; readonly reason: string };

/** What the mapping of a blob's records shares. */
export interface MappingContext {
  /** `account/container/name`: part of the identity of lines. */
  readonly blob: string;
  readonly addresses: AddressBook;
}

export interface SourceFacts {
  /** Stable id, also for pinning a container (FLOW_CONTAINERS) and `flowtrap normalize --source`. */
  readonly id: string;
  readonly vendor: string;
  readonly product: string;
  /** The Log Analytics table that holds this product's records where Microsoft ingests them. */
  readonly table: string;
  /** Version of the upstream mapping that is followed and corrected. */
  readonly facts: string;
  /** Whether a blob's place alone tells that it is this source's; both in lower case. */
  readonly ownsPath?: (container: string, name: string) => boolean;
}

/** Records are JSON objects. */
export interface JsonSource extends SourceFacts {
  readonly format: 'json';
  /** Keys that can stand first in a record: one is found again by them after damage. */
  readonly recordKeys: readonly string[];
  /** Keys whose arrays stay in the bytes (StringSpan) and are taken element by element. */
  readonly arraysInPlace: readonly string[];
  owns(record: JsonObject): boolean;
  /** Outcomes are made while they are taken. `bytes` hold the record, `offset` is its place in the content. */
  map(record: JsonObject, bytes: Buffer, offset: number, context: MappingContext): Iterable<Outcome>;
}

/** Records are lines of text. */
export interface LineSource extends SourceFacts {
  readonly format: 'lines';
  owns(line: string): boolean;
  /**
   * Opens the mapping of one blob.
   * @param memory what an earlier run of this blob remembered (a header line); '' at the beginning.
   */
  open(context: MappingContext, memory: string): LineMapping;
}

export interface LineMapping {
  /** @returns undefined for a line that is no record but belongs to the format (a header). */
  map(line: string, offset: number): Mapped | undefined;
  /** Whether the lines that follow can only be this source's (they stand under its header). */
  continues?(): boolean;
  /** What a later run of this blob must know; '' for nothing. */
  memory(): string;
}

export type LogSource = JsonSource | LineSource;

export function skipped(reason: string): Mapped {
  return { kind: 'skipped', reason };
}

export function dead(reason: string): Mapped {
  return { kind: 'dead', reason };
}

/**
 * The outcome of a record with its place.
 * @param offset of its first byte in the content; its bytes are those of `bytes` from `start` to `end`.
 */
export function placed(mapped: Mapped, offset: number, bytes: Uint8Array, start = 0, end = bytes.length): Outcome {
  const length = end - start;
  if (mapped.kind === 'session') return { kind: 'session', row: mapped.row, time: mapped.time, offset, length };
  if (mapped.kind === 'skipped') return { kind: 'skipped', reason: mapped.reason, offset, length };
  return { kind: 'dead', reason: mapped.reason, offset, length, record: kept(bytes.subarray(start, end)) };
}
