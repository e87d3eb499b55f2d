/**
 * From a blob's bytes to outcomes: finds the format (pinned source, path, first bytes), takes the records apart and hands each
 * to the router, which finds its source. Implements the contract in normalizer.ts.
 */
import { AddressBook } from '../asim/addresses';
import { FlowtrapError } from '../errors';
import { splitCsv } from '../formats/csv';
import { CsvReader } from '../formats/csvReader';
import { readJsonObject } from '../formats/json';
import { JsonRecordReader } from '../formats/jsonRecords';
import { LineReader } from '../formats/lines';
import { ParquetReader } from '../formats/parquetReader';
import { type FormatItem, type FormatReader, recordBytes } from '../formats/record';
import { XmlEventReader } from '../formats/windowsEvent';
import { SOURCES, sourceById } from './catalogue';
import { columnNames, delimiterOf, isPreamble } from './csvHeader';
import type { Normalizer, NormalizerInput, Outcome, ResumePoint } from './normalizer';
import { isOfOtherProduct } from './otherProducts';
import { type Format, isFormat, looksLike, sniffFormat } from './recognition';
import { JSON_SOURCES, type Place, type Routed, Router } from './router';
import { TextRow } from './row';
import { dead, type LogSource, placed, skipped } from './source';

/** Unrecognised content that is held before the blob is refused. */
const UNRECOGNISED_BYTES = 64 * 1024;
const UNRECOGNISED_RECORDS = 200;
/** A first line that may be a CSV header is waited for so long. */
const SNIFF_BYTES = 64 * 1024;
/** The reason of records that are of no source's product. */
const OTHER_PRODUCT = 'otherProduct';

const RECORD_KEYS = new Set(JSON_SOURCES.flatMap((source) => source.recordKeys));
const ARRAYS_IN_PLACE = new Set(JSON_SOURCES.flatMap((source) => source.arraysInPlace));

/** What a resume point's memory holds. */
interface Memory {
  readonly format: Format;
  readonly source?: string;
  /** The format reader's own. */
  readonly reader?: string;
  /** The header line of CSV. */
  readonly header?: string;
  /** Of the router's mappings and readings of lines. */
  readonly lines?: Readonly<Record<string, string>>;
}

const READERS: Readonly<Record<Format, (offset: number, memory: string) => FormatReader>> = {
  json: (offset, memory) => new JsonRecordReader(offset, memory, RECORD_KEYS),
  lines: (offset) => new LineReader(offset),
  csv: (offset) => new CsvReader(offset),
  xml: (offset) => new XmlEventReader(offset),
  parquet: (offset) => new ParquetReader(offset),
};

/**
 * Opens the normalizing of one blob, or goes on with it.
 * @throws FlowtrapError `configuration` for a pinned source that does not exist, `malformed` for a resume point of another make.
 */
export function openNormalizer(input: NormalizerInput): Normalizer {
  return new BlobNormalizer(input);
}

class BlobNormalizer implements Normalizer {
  private readonly blob: string;
  private readonly router: Router;
  /** By pinning or path. */
  private readonly expected: LogSource | undefined;
  private reader: FormatReader | undefined;
  private format: Format | undefined;
  private known = false;
  private mixed = false;
  /** Columns of CSV, and the line that named them. */
  private columns: readonly string[] | undefined;
  private delimiter = ',';
  private header = '';
  private table: string | undefined;
  /** First bytes until the format is known. */
  private head: Buffer = Buffer.alloc(0);
  /** Items before the first that a source recognised. */
  private waiting: { readonly item: FormatItem; readonly reason: string }[] = [];
  private waitingBytes = 0;
  private readonly startOffset: number;
  private waitingPosition: ResumePoint;

  constructor(input: NormalizerInput) {
    this.blob = `${input.account}/${input.container}/${input.name}`;
    const pinned = input.pinnedSource === undefined ? undefined : pinnedSource(input.pinnedSource);
    const container = input.container.toLowerCase();
    const name = input.name.toLowerCase();
    this.expected = pinned ?? SOURCES.find((source) => source.ownsPath?.(container, name));
    const memory = readMemory(input.resume, this.blob);
    this.startOffset = input.resume?.offset ?? 0;
    this.waitingPosition = input.resume ?? { offset: 0, memory: null };
    const context = {
      blob: this.blob,
      addresses: new AddressBook(input.internalNetworks),
      reference: input.reference,
    };
    this.router = new Router(context, container, pinned, this.expected, memory?.lines ?? {});
    if (memory === undefined) return;
    this.openFormat(memory.format, memory.reader ?? '');
    this.known = true;
    this.router.current = memory.source === undefined ? undefined : sourceById(memory.source);
    this.mixed = memory.source === 'mixed';
    if (memory.header !== undefined) this.takeHeader(memory.header);
  }

  get source(): string | undefined {
    return this.mixed ? 'mixed' : (this.router.current ?? this.expected)?.id;
  }

  resumePoint(): ResumePoint {
    if (this.reader === undefined || this.format === undefined || this.waiting.length > 0) return this.waitingPosition;
    const { offset, memory } = this.reader.position();
    const source = this.source;
    const lines = this.router.memory();
    return {
      offset,
      memory: {
        format: this.format,
        ...(source !== undefined && { source }),
        ...(memory !== '' && { reader: memory }),
        ...(this.header !== '' && { header: this.header }),
        ...(Object.keys(lines).length > 0 && { lines }),
      } satisfies Memory,
    };
  }

  feed(chunk: Uint8Array): Iterable<Outcome> {
    if (this.reader !== undefined) return this.takeAll(this.reader.feed(chunk));
    this.head = Buffer.concat([this.head, chunk]);
    return this.sniff(this.head.length > SNIFF_BYTES);
  }

  *end(final: boolean): Generator<Outcome> {
    if (this.reader === undefined) yield* this.sniff(final);
    if (this.reader === undefined) {
      if (
        final &&
        this.head
          .toString('utf8')
          .replace(/^\ufeff/, '')
          .trim() !== ''
      )
        throw this.unknownFormat(this.head);
      return;
    }
    yield* this.takeAll(this.reader.end(final));
    if (this.waiting.length > 0) throw this.unknownFormat(this.firstWaiting());
  }

  /** @param whole no more bytes are waited for. */
  private sniff(whole: boolean): Iterable<Outcome> {
    const format = this.formatByPath() ?? sniffFormat(this.head, whole, (columns) => this.router.knowsHeader(columns));
    if (format === undefined) {
      if (whole && this.head.length > SNIFF_BYTES) throw this.unknownFormat(this.head);
      return [];
    }
    const bytes = this.head;
    this.head = Buffer.alloc(0);
    return this.takeAll(this.openFormat(format, '').feed(bytes));
  }

  /** Flow logs are told by their path alone; what lies there in another form is damaged. */
  private formatByPath(): Format | undefined {
    const format = this.expected?.format;
    return format === 'json' ? format : undefined;
  }

  private openFormat(format: Format, memory: string): FormatReader {
    this.format = format;
    this.reader = READERS[format](this.startOffset, memory);
    return this.reader;
  }

  private *takeAll(items: Iterable<FormatItem>): Generator<Outcome> {
    for (const item of items) {
      if (item.kind === 'broken') yield* this.unrecognised(item, item.reason);
      else if (this.format === 'csv' && this.columns === undefined) this.takeHeader(textOf(item));
      else {
        const routed = this.route(item);
        if (routed === undefined) yield* this.unrecognised(item, this.problem);
        else {
          yield* this.recognised(routed.source);
          yield* routed.outcomes;
        }
      }
    }
  }

  /** Why the last record was nobody's. */
  private problem = 'noSource';

  private route(item: Place): Routed | undefined {
    this.problem = 'noSource';
    switch (this.format) {
      case 'json':
      case 'parquet': {
        const record = readJsonObject(item.buffer.subarray(item.start, item.end), ARRAYS_IN_PLACE);
        if (record === undefined) this.problem = 'malformedJson';
        const routed = record && this.router.object(record, item);
        if (record !== undefined && routed === undefined && isOfOtherProduct(record)) this.problem = OTHER_PRODUCT;
        return routed;
      }
      case 'xml':
        this.problem = 'malformedXml';
        return this.router.xml(textOf(item), item);
      case 'csv':
        return this.routeCsv(item);
      default:
        return this.router.line(textOf(item), item);
    }
  }

  private takeHeader(line: string): void {
    if (isPreamble(line)) return;
    this.header = line;
    this.columns = columnNames(line);
    this.delimiter = delimiterOf(line);
    this.table = this.router.tableOfHeader(this.columns);
  }

  private routeCsv(item: Place): Routed | undefined {
    const { columns = [] } = this;
    const cells = splitCsv(textOf(item), this.delimiter);
    if (cells === undefined || cells.length !== columns.length) {
      this.problem = 'malformedCsv';
      return undefined;
    }
    const values = new Map(columns.map((column, index) => [column, cells[index] ?? '']));
    const table = values.get('Type') || this.table;
    if (table !== undefined) return this.router.tableRow(new TextRow(table, values), item);
    return this.router.object(Object.fromEntries(values), item);
  }

  /** A record found its source: what waited before it is refused one by one, since the blob as a whole is understood. */
  private *recognised(source: LogSource | undefined): Generator<Outcome> {
    const { current } = this.router;
    if (source !== current || source === undefined) {
      if (source === undefined ? current !== undefined : current !== undefined) this.mixed = true;
      if (source !== undefined) this.router.current = source;
    }
    this.known = true;
    if (this.waiting.length === 0) return;
    const waiting = this.waiting;
    this.waiting = [];
    for (const { item, reason } of waiting) yield refusal(item, reason);
  }

  private *unrecognised(item: FormatItem, reason: string): Generator<Outcome> {
    if (this.known || this.expected !== undefined) {
      yield refusal(item, reason);
      return;
    }
    const copy =
      item.kind === 'broken'
        ? item
        : { ...item, buffer: Buffer.from(recordBytes(item)), start: 0, end: item.end - item.start };
    this.waiting.push({ item: copy, reason: reason === OTHER_PRODUCT ? reason : 'noSource' });
    this.waitingBytes += copy.kind === 'broken' ? copy.length : copy.end;
    if (this.waitingBytes > UNRECOGNISED_BYTES || this.waiting.length > UNRECOGNISED_RECORDS) {
      throw this.unknownFormat(this.firstWaiting());
    }
  }

  private firstWaiting(): Buffer {
    const first = this.waiting[0]?.item;
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
        subject: this.blob,
        fix: `If it is a log of a known source, pin the container to it: one of ${SOURCES.map((one) => one.id).join(', ')} (FLOW_CONTAINERS "source", or --source).`,
      },
    );
  }
}

function textOf({ buffer, start, end }: Place): string {
  return buffer.toString('utf8', start, end);
}

function refusal(item: FormatItem, reason: string): Outcome {
  if (item.kind === 'record') {
    const mapped = reason === OTHER_PRODUCT ? skipped(reason) : dead(reason);
    return placed(mapped, item.offset, item.buffer, item.start, item.end);
  }
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
    isFormat(memory?.format) &&
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
