/**
 * From a blob's bytes to outcomes: finds the format (pinned source, path, first bytes), takes the records apart and lets each
 * find its source. Implements the contract in normalizer.ts.
 */
import { AddressBook } from '../asim/addresses';
import { FlowtrapError } from '../errors';
import { readJsonObject } from '../formats/json';
import { JsonRecordReader } from '../formats/jsonRecords';
import { LineReader } from '../formats/lines';
import { type FormatItem, type FormatReader, recordBytes } from '../formats/record';
import { SOURCES, sourceById } from './catalogue';
import type { Normalizer, NormalizerInput, Outcome, ResumePoint } from './normalizer';
import { type Format, looksLike, sniffFormat } from './recognition';
import {
  dead,
  type JsonSource,
  type LineMapping,
  type LineSource,
  type LogSource,
  type MappingContext,
  placed,
} from './source';

/** Unrecognised content that is held before the blob is refused. */
const UNRECOGNISED_BYTES = 64 * 1024;
const UNRECOGNISED_RECORDS = 200;
/** White space and byte order mark before the first byte that tells the format. */
const SNIFF_BYTES = 512;

const JSON_SOURCES = SOURCES.filter((source): source is JsonSource => source.format === 'json');
const LINE_SOURCES = SOURCES.filter((source): source is LineSource => source.format === 'lines');
const RECORD_KEYS = new Set(JSON_SOURCES.flatMap((source) => source.recordKeys));
const ARRAYS_IN_PLACE = new Set(JSON_SOURCES.flatMap((source) => source.arraysInPlace));

/** What a resume point's memory holds. */
interface Memory {
  readonly format: Format;
  readonly source?: string;
  /** The format reader's own. */
  readonly reader?: string;
  /** Of the line mappings by source id. */
  readonly lines?: Readonly<Record<string, string>>;
}

/**
 * Opens the normalizing of one blob, or goes on with it.
 * @throws FlowtrapError `configuration` for a pinned source that does not exist, `malformed` for a resume point of another make.
 */
export function openNormalizer(input: NormalizerInput): Normalizer {
  return new BlobNormalizer(input);
}

class BlobNormalizer implements Normalizer {
  private readonly context: MappingContext;
  private readonly pinned: LogSource | undefined;
  /** By pinning or path; tried first. */
  private readonly expected: LogSource | undefined;
  private reader: FormatReader | undefined;
  private format: Format | undefined;
  /** Source of the last record. */
  private current: LogSource | undefined;
  private mixed = false;
  private readonly mappings = new Map<string, LineMapping>();
  private readonly rememberedLines: Readonly<Record<string, string>>;
  /** First bytes until the format is known. */
  private head: Buffer = Buffer.alloc(0);
  /** Items before the first that a source recognised. */
  private waiting: FormatItem[] = [];
  private waitingBytes = 0;
  private readonly startOffset: number;
  private waitingPosition: ResumePoint;

  constructor(input: NormalizerInput) {
    this.context = {
      blob: `${input.account}/${input.container}/${input.name}`,
      addresses: new AddressBook(input.internalNetworks),
    };
    this.pinned = input.pinnedSource === undefined ? undefined : pinnedSource(input.pinnedSource);
    const container = input.container.toLowerCase();
    const name = input.name.toLowerCase();
    this.expected = this.pinned ?? SOURCES.find((source) => source.ownsPath?.(container, name));
    const memory = readMemory(input.resume, this.context.blob);
    this.startOffset = input.resume?.offset ?? 0;
    this.rememberedLines = memory?.lines ?? {};
    this.waitingPosition = input.resume ?? { offset: 0, memory: null };
    if (memory !== undefined) {
      this.openFormat(memory.format, memory.reader ?? '');
      this.current = memory.source === undefined ? undefined : sourceById(memory.source);
      this.mixed = memory.source === 'mixed';
      for (const id of Object.keys(this.rememberedLines)) {
        const source = sourceById(id);
        if (source?.format === 'lines') this.mapping(source);
      }
    } else if (this.expected !== undefined) this.openFormat(this.expected.format, '');
  }

  get source(): string | undefined {
    return this.mixed ? 'mixed' : (this.current ?? this.expected)?.id;
  }

  resumePoint(): ResumePoint {
    if (this.reader === undefined || this.format === undefined || this.waiting.length > 0) return this.waitingPosition;
    const { offset, memory } = this.reader.position();
    const source = this.source;
    const lines = Object.fromEntries(
      [...this.mappings].map(([id, mapping]) => [id, mapping.memory()] as const).filter(([, text]) => text !== ''),
    );
    return {
      offset,
      memory: {
        format: this.format,
        ...(source !== undefined && { source }),
        ...(memory !== '' && { reader: memory }),
        ...(Object.keys(lines).length > 0 && { lines }),
      } satisfies Memory,
    };
  }

  feed(chunk: Uint8Array): Iterable<Outcome> {
    if (this.reader !== undefined) return this.takeAll(this.reader.feed(chunk));
    this.head = Buffer.concat([this.head, chunk]);
    const format = sniffFormat(this.head);
    if (format === undefined) {
      if (this.head.length > SNIFF_BYTES) throw this.unknownFormat(this.head);
      return [];
    }
    const bytes = this.head;
    this.head = Buffer.alloc(0);
    return this.takeAll(this.openFormat(format, '').feed(bytes));
  }

  *end(final: boolean): Generator<Outcome> {
    if (this.reader === undefined) {
      if (this.head.toString('utf8').trim() !== '') throw this.unknownFormat(this.head);
      return;
    }
    yield* this.takeAll(this.reader.end(final));
    if (this.waiting.length > 0) throw this.unknownFormat(this.firstWaiting());
  }

  private openFormat(format: Format, memory: string): FormatReader {
    this.format = format;
    this.reader =
      format === 'json'
        ? new JsonRecordReader(this.startOffset, memory, RECORD_KEYS)
        : new LineReader(this.startOffset);
    return this.reader;
  }

  private *takeAll(items: Iterable<FormatItem>): Generator<Outcome> {
    for (const item of items) {
      if (this.format === 'json') yield* this.takeJson(item);
      else {
        const source = this.takeLine(item);
        if (source === undefined) yield* this.unrecognised(item, 'noSource');
        else {
          if (source !== this.current || this.waiting.length > 0) yield* this.recognised(source);
          const outcome = this.mapLine(source, item);
          if (outcome !== undefined) yield outcome;
        }
      }
    }
  }

  private *takeJson(item: FormatItem): Generator<Outcome> {
    const bytes = item.kind === 'record' ? recordBytes(item) : undefined;
    const record = bytes === undefined ? undefined : readJsonObject(bytes, ARRAYS_IN_PLACE);
    const source = record === undefined ? undefined : this.find(JSON_SOURCES, (one) => one.owns(record), false);
    if (record === undefined || source === undefined || bytes === undefined) {
      yield* this.unrecognised(item, record === undefined ? 'malformedJson' : 'noSource');
      return;
    }
    yield* this.recognised(source);
    yield* source.map(record, bytes, item.offset, this.context);
  }

  /** Text of the line that is being taken. */
  private line = '';

  private takeLine(item: FormatItem): LineSource | undefined {
    if (item.kind !== 'record') return undefined;
    this.line = item.buffer.toString('utf8', item.start, item.end);
    return this.findForLine(this.line);
  }

  /** No generator: lines are many. */
  private mapLine(source: LineSource, item: FormatItem): Outcome | undefined {
    if (item.kind !== 'record') return undefined;
    const mapped = this.mapping(source).map(this.line, item.offset);
    return mapped && placed(mapped, item.offset, item.buffer, item.start, item.end);
  }

  private findForLine(line: string): LineSource | undefined {
    const { current } = this;
    if (current?.format === 'lines' && this.mappings.get(current.id)?.continues?.()) return current;
    return this.find(LINE_SOURCES, (one) => one.owns(line), true);
  }

  /**
   * The source of a record: the pinned one, else the last one, the expected one, any one that says so.
   * @param fallBack give a record that is nobody's to the expected source, which knows best what is wrong with it.
   */
  private find<S extends LogSource>(
    sources: readonly S[],
    owns: (source: S) => boolean,
    fallBack: boolean,
  ): S | undefined {
    if (this.pinned !== undefined) return sources.find((one) => one === this.pinned);
    const expected = sources.find((one) => one === this.expected);
    const first = sources.find((one) => one === this.current) ?? expected;
    if (first !== undefined && owns(first)) return first;
    return sources.find((one) => one !== first && owns(one)) ?? (fallBack ? expected : undefined);
  }

  private mapping(source: LineSource): LineMapping {
    let mapping = this.mappings.get(source.id);
    if (mapping === undefined) {
      mapping = source.open(this.context, this.rememberedLines[source.id] ?? '');
      this.mappings.set(source.id, mapping);
    }
    return mapping;
  }

  /** A record found its source: what waited before it is refused one by one, since the blob as a whole is understood. */
  private *recognised(source: LogSource): Generator<Outcome> {
    if (this.current !== undefined && this.current !== source) this.mixed = true;
    this.current = source;
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const item of waiting) yield refusal(item, 'noSource');
  }

  private *unrecognised(item: FormatItem, reason: string): Generator<Outcome> {
    if (this.current !== undefined || this.expected !== undefined || this.mixed) {
      yield refusal(item, item.kind === 'broken' ? item.reason : reason);
      return;
    }
    const copy =
      item.kind === 'broken'
        ? item
        : { ...item, buffer: Buffer.from(recordBytes(item)), start: 0, end: item.end - item.start };
    this.waiting.push(copy);
    this.waitingBytes += copy.kind === 'broken' ? copy.length : copy.end;
    if (this.waitingBytes > UNRECOGNISED_BYTES || this.waiting.length > UNRECOGNISED_RECORDS) {
      throw this.unknownFormat(this.firstWaiting());
    }
  }

  private firstWaiting(): Buffer {
    const first = this.waiting[0];
    if (first === undefined) return Buffer.alloc(0);
    return first.kind === 'broken' ? first.bytes : recordBytes(first);
  }

  private unknownFormat(first: Buffer): FlowtrapError {
    const shown = JSON.stringify(first.subarray(0, 60).toString('latin1'));
    const kind = looksLike(first);
    return new FlowtrapError(
      'unknownFormat',
      `no source knows this format${kind === undefined ? '' : ` (it looks like ${kind})`}; it begins with ${shown}.`,
      {
        subject: this.context.blob,
        fix: `If it is a log of a known source, pin the container to it: one of ${SOURCES.map((one) => one.id).join(', ')} (FLOW_CONTAINERS "source", or --source).`,
      },
    );
  }
}

function refusal(item: FormatItem, reason: string): Outcome {
  if (item.kind === 'record') return placed(dead(reason), item.offset, item.buffer, item.start, item.end);
  return { kind: 'dead', reason: item.reason, offset: item.offset, length: item.length, record: item.bytes };
}

function pinnedSource(id: string): LogSource {
  const source = sourceById(id);
  if (source === undefined) {
    throw new FlowtrapError('configuration', `there is no source "${id}".`, {
      subject: 'source',
      fix: `Use one of ${SOURCES.map((one) => one.id).join(', ')}.`,
    });
  }
  return source;
}

function readMemory(resume: ResumePoint | undefined, blob: string): Memory | undefined {
  if (resume === undefined || (resume.memory === null && resume.offset === 0)) return undefined;
  const memory = resume.memory as Partial<Memory> | null;
  if (
    typeof memory === 'object' &&
    (memory?.format === 'json' || memory?.format === 'lines') &&
    Number.isSafeInteger(resume.offset) &&
    resume.offset >= 0
  ) {
    return memory as Memory;
  }
  throw new FlowtrapError('malformed', 'the resume point is not of this version.', {
    subject: blob,
    fix: 'Delete its checkpoint; the blob is then read from its beginning.',
  });
}
