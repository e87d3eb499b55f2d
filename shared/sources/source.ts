/**
 * The contract of a log source: which paths and records are its own, and how a record becomes a NetworkSession. One file per
 * product implements it and is listed in catalogue.ts; docs/adding-a-source.md walks through it.
 */
import type { AddressBook } from '../asim/addresses';
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { kept } from '../formats/record';
import type { SyslogLine } from '../formats/syslog';
import type { Outcome } from './normalizer';
import type { Row } from './row';

/** What a record became; normalizing adds the place. */
export type Mapped = { readonly kind: 'session'; readonly row: string; readonly time: number } | Refusal;

/** A record that becomes no session, with the reason: short words in camel case. */
export type Refusal =
  | { readonly kind: 'skipped'; readonly reason: string }
  | { readonly kind: 'dead'; readonly reason: string };

/** What the mapping of a blob's records shares. */
export interface MappingContext {
  /** `account/container/name`: part of the identity of lines. */
  readonly blob: string;
  readonly addresses: AddressBook;
  /** About when the records were written (the blob's last change), milliseconds since the epoch: gives times without a year theirs. */
  readonly reference: number;
}

export interface SourceFacts {
  /** Stable id, also for pinning a container (FLOW_CONTAINERS) and `flowtrap normalize --source`. */
  readonly id: string;
  readonly vendor: string;
  readonly product: string;
  /** The Log Analytics tables that hold this product's records where Microsoft ingests them, as text for people. */
  readonly table: string;
  /** Version of the upstream mapping that is followed and corrected. */
  readonly facts: string;
  /** What the sessions say they are; `types` are the EventTypes that it yields. */
  readonly asim: {
    readonly vendor: string;
    readonly product: string;
    readonly types: readonly ValueOf<'eventType'>[];
  };
  /** For people: the records that become sessions, and what is skipped. */
  readonly filter: string;
  /** For people: the roads in besides table rows (`flow-log JSON`, `CEF`, `syslog key=value` …). */
  readonly forms: readonly string[];
  /** Whether the sweep rule can fire from it; otherwise why not (no inbound sessions, no destination ports …). */
  readonly sweep: true | string;
  /** For people: what is known to be missing. */
  readonly gaps?: readonly string[];
  /** Whether a blob's place alone tells that it is this source's; both in lower case. */
  readonly ownsPath?: (container: string, name: string) => boolean;
  /** Rows of its tables. */
  readonly rows?: RowMapping;
}

/** How rows of Log Analytics tables become sessions. */
export interface RowMapping {
  /**
   * Names of the tables, as Log Analytics spells them, each with columns that together are in no other listed table and in every row
   * of its own: they tell a row whose table neither `Type` nor the container names.
   */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Whether a row of one of these tables is this product's; quick and sure, for products share tables. */
  owns(row: Row): boolean;
  /**
   * Pure. A draft may hold texts as the log has them: completing checks every field, and leaves out what is empty.
   * @returns several drafts for a row that tells of several sessions; they share its identity, numbered.
   */
  map(row: Row, context: MappingContext): SessionDraft | readonly SessionDraft[] | Refusal;
}

/** Records are JSON objects that may hold many sessions each. */
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

/** Records are lines of text, mapped with no way round by rows: for formats that must be very fast. */
export interface LineSource extends SourceFacts {
  readonly format: 'lines';
  /** The same records as objects, if there are such; they become rows. */
  readonly objectForms?: readonly ObjectForm[];
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

/**
 * Records are rows of a table, or the vendor's own forms, which are first turned into such rows. CEF lines, Windows events and
 * plain syslog lines become rows of CommonSecurityLog, WindowsEvent and Syslog by themselves: no form is needed for them.
 */
export interface RowSource extends SourceFacts {
  readonly format: 'rows';
  readonly rows: RowMapping;
  readonly lineForms?: readonly LineForm[];
  readonly objectForms?: readonly ObjectForm[];
}

/** One line of text, with what its syslog header says (undefined where it has none). */
export interface LogLine {
  readonly text: string;
  readonly syslog: SyslogLine | undefined;
  /** The text after the syslog header, or all of it. */
  readonly message: string;
}

/** A vendor's own lines. */
export interface LineForm {
  /** Quick and sure: it is asked for lines of every product. */
  owns(line: LogLine): boolean;
  /** Opens the reading of one blob. @param memory as of LineSource.open. */
  open(context: MappingContext, memory: string): LineReading;
}

export interface LineReading {
  /** @returns a row of one of the source's tables, undefined for a line that is no record but belongs to the format (a header), or why not. */
  read(line: LogLine): Row | Refusal | undefined;
  continues?(): boolean;
  memory?(): string;
}

/** A vendor's own JSON objects. */
export interface ObjectForm {
  /** Columns that together tell a CSV file of such objects by its first line. */
  readonly columns?: readonly string[];
  owns(record: JsonObject): boolean;
  read(record: JsonObject, context: MappingContext): Row | Refusal;
}

export type LogSource = JsonSource | LineSource | RowSource;

/** A form whose lines need no memory of each other. */
export function lineForm(
  owns: (line: LogLine) => boolean,
  read: (line: LogLine, context: MappingContext) => Row | Refusal | undefined,
): LineForm {
  return { owns, open: (context) => ({ read: (line) => read(line, context) }) };
}

export function skipped(reason: string): Refusal {
  return { kind: 'skipped', reason };
}

export function dead(reason: string): Refusal {
  return { kind: 'dead', reason };
}

/** Whether a mapping refused the record. */
export function isRefusal(value: object): value is Refusal {
  return 'kind' in value && (value.kind === 'skipped' || value.kind === 'dead');
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
