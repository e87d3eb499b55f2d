/**
 * Finds the source of each record and maps it. Files may mix products (a syslog server's): every record is asked for anew, the
 * source of the last one first. A record of a known form (a table's row, CEF, syslog, a Windows event) that no source owns is
 * another product's: it is skipped and counted. Anything else that nobody owns is unknown.
 */
import { hash } from 'node:crypto';
import { completeSession } from '../asim/completeSession';
import type { SessionDraft } from '../asim/sessionDraft';
import { mayBeCef } from '../formats/cef';
import { asObject, type JsonObject, type JsonValue } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { parseSyslog, type SyslogLine } from '../formats/syslog';
import { parseWindowsEvent, type WindowsEvent, windowsEventFromJson } from '../formats/windowsEvent';
import { SOURCES } from './catalogue';
import { COMMON_SECURITY_LOG, cefRow } from './commonSecurityLog';
import type { Outcome } from './normalizer';
import { hasOddCase, inAnyCase, JsonRow, type Row, rowTime } from './row';
import {
  dead,
  isRefusal,
  type JsonSource,
  type LineForm,
  type LineMapping,
  type LineReading,
  type LineSource,
  type LogLine,
  type LogSource,
  type Mapped,
  type MappingContext,
  type ObjectForm,
  placed,
  type Refusal,
  type RowSource,
  skipped,
} from './source';
import { SYSLOG, syslogRow } from './syslogRow';
import { TableIndex, type TableSources } from './tables';
import { WINDOWS_EVENT, windowsEventRow } from './windowsEventRow';
import { afterTag, isOriginalColumn, WRAPPED, wrappedSyslog } from './wrapper';

export const JSON_SOURCES = SOURCES.filter((source): source is JsonSource => source.format === 'json');
const LINE_SOURCES = SOURCES.filter((source): source is LineSource => source.format === 'lines');
const ROW_SOURCES = SOURCES.filter((source): source is RowSource => source.format === 'rows');
export const TABLES = new TableIndex<LogSource>(SOURCES);

/** A line form with its source and a key for what its reading remembers. */
interface OwnedLineForm {
  readonly source: RowSource;
  readonly form: LineForm;
  readonly key: string;
}

const LINE_FORMS: readonly OwnedLineForm[] = ROW_SOURCES.flatMap((source) =>
  (source.lineForms ?? []).map((form, index) => ({ source, form, key: `${source.id}#${index}` })),
);
const OBJECT_FORMS: readonly { readonly source: LogSource; readonly form: ObjectForm }[] = SOURCES.flatMap((source) =>
  source.format === 'json' ? [] : (source.objectForms ?? []).map((form) => ({ source, form })),
);

/** Wrappers around each other. */
const MAX_WRAPPERS = 5;
/** Sysmon for Linux writes Windows' XML into syslog; its table is Syslog. */
const LINUX_SYSMON = 'Linux-Sysmon';

/** What a record gave: its source (undefined for another product's) and outcomes, or undefined when nobody knows it. */
export interface Routed {
  readonly source: LogSource | undefined;
  /** Undefined for a line that is no record (a header). */
  readonly outcomes: Iterable<Outcome>;
}

/** A record's place: its bytes and where they begin in the content. */
export interface Place {
  readonly offset: number;
  readonly buffer: Buffer;
  readonly start: number;
  readonly end: number;
}

const NOTHING: readonly Outcome[] = [];
/** When what stands around a record was written; milliseconds since the epoch. */
type Recorded = () => number | undefined;

export class Router {
  /** Source of the last record. */
  current: LogSource | undefined;
  private readonly containerTable: TableSources<LogSource> | undefined;
  private readonly mappings = new Map<string, LineMapping>();
  private readonly readings = new Map<string, LineReading>();
  /** Wrappers around what is looked at. */
  private wrappers = 0;

  /**
   * @param pinned the only source that is asked.
   * @param expected the source that the path tells; asked first, and given what nobody else owns.
   * @param remembered memory() of an earlier run.
   */
  constructor(
    private readonly context: MappingContext,
    container: string,
    private readonly pinned: LogSource | undefined,
    private readonly expected: LogSource | undefined,
    private readonly remembered: Readonly<Record<string, string>>,
  ) {
    this.containerTable = TABLES.ofContainer(container);
    for (const key of Object.keys(remembered)) {
      const source = LINE_SOURCES.find(({ id }) => id === key);
      if (source !== undefined) this.mapping(source);
      const form = LINE_FORMS.find((one) => one.key === key);
      if (form !== undefined) this.reading(form);
    }
  }

  /** What mappings and readings of lines must know in a later run, by their keys. */
  memory(): Record<string, string> {
    const pairs = [
      ...[...this.mappings].map(([key, mapping]) => [key, mapping.memory()] as const),
      ...[...this.readings].map(([key, reading]) => [key, reading.memory?.() ?? ''] as const),
    ];
    return Object.fromEntries(pairs.filter(([, text]) => text !== ''));
  }

  /** The table to which columns belong. */
  tableOfHeader(columns: readonly string[]): string | undefined {
    return this.tableWith(columns)?.table;
  }

  /** Whether a row of these columns would be known, or its object, or holds a line; decides whether a first line is a CSV header. */
  knowsHeader(columns: readonly string[]): boolean {
    if (this.tableWith(columns) !== undefined || columns.some(isOriginalColumn)) return true;
    return OBJECT_FORMS.some(({ form }) => form.columns?.every((column) => columns.includes(column)));
  }

  private tableWith(columns: readonly string[]): TableSources<LogSource> | undefined {
    return this.containerTable ?? TABLES.ofColumns(columns);
  }

  /** A JSON object: a source's own record, a vendor's form, a table's row, a Windows event, or a line in a collector's wrapper. */
  object(record: JsonObject, place: Place, recorded?: Recorded): Routed | undefined {
    const own = this.ownJson(record);
    if (own !== undefined) {
      const bytes = place.buffer.subarray(place.start, place.end);
      return { source: own, outcomes: own.map(record, bytes, place.offset, this.context) };
    }
    const named = record.Type ?? (hasOddCase(Object.keys(record)) ? record.type : undefined);
    const stated = typeof named === 'string' ? TABLES.named(named) : undefined;
    if (stated !== undefined) return this.namedRow(new JsonRow(stated.table, record), stated, place, recorded);
    const form = this.objectForm(record);
    if (form !== undefined) return this.mapRead(form.source, form.form.read(record, this.context), place, recorded);
    const table = this.tableWith(Object.keys(record));
    // Collectors add columns of their own (a vendor, a product): a table that is only guessed is not sure.
    const guessed = table && this.namedRow(new JsonRow(table.table, record), table, place, recorded);
    if (guessed?.source !== undefined) return guessed;
    const event = windowsEventFromJson(record);
    if (event !== undefined) return this.windowsEvent(event, place);
    return guessed ?? this.wrapped(record, place);
  }

  /** A row of a table whose name is known. */
  tableRow(row: Row, place: Place): Routed {
    const table = TABLES.named(row.table);
    return table === undefined ? otherProduct(place) : this.namedRow(row, table, place);
  }

  /** A row of a table; its columns may have lost their capitals, and one of syslog may hold any product's line. */
  private namedRow(row: Row, table: TableSources<LogSource>, place: Place, recorded?: Recorded): Routed {
    const cased = inAnyCase(row);
    const routed = this.row(cased, table, place, recorded);
    if (routed.source !== undefined || table.table !== SYSLOG) return routed;
    const header = {
      host: cased.text('HostName') || cased.text('Computer'),
      time: cased.text('EventTime') || cased.text('TimeGenerated'),
      program: cased.text('ProcessName'),
    };
    const inner = this.inside(cased.text('SyslogMessage'), header, place);
    return inner?.source === undefined ? routed : inner;
  }

  /** A Windows event as XML. */
  xml(text: string, place: Place): Routed | undefined {
    const event = parseWindowsEvent(text);
    if (event === undefined) return undefined;
    if (event.provider !== LINUX_SYSMON) return this.windowsEvent(event, place);
    const time = parseLogTime(event.timeCreated);
    const message = { message: text, program: 'sysmon', host: event.computer, ...(time !== undefined && { time }) };
    return this.tableRow(syslogRow(message), place);
  }

  /** A line of text. @param wrapper the collector's object around it, which says what a syslog header would. */
  line(text: string, place: Place, wrapper?: JsonObject): Routed | undefined {
    const { current } = this;
    if (current?.format === 'lines' && this.mappings.get(current.id)?.continues?.()) {
      return this.mapLine(current, text, place);
    }
    const own = this.ownLine(text);
    if (own !== undefined) return this.mapLine(own, text, place);
    const header = (): SyslogLine | undefined =>
      parseSyslog(text, this.context.reference) ?? (wrapper && wrappedSyslog(wrapper, text));
    const cef = mayBeCef(text) ? cefRow(text, wrapper && wrappedSyslog(wrapper, text).host) : undefined;
    if (cef !== undefined && this.pinned?.format !== 'lines') {
      const table = TABLES.named(COMMON_SECURITY_LOG);
      if (table !== undefined) return this.row(cef, table, place, () => this.written(header()));
    }
    const syslog = header();
    const line: LogLine = { text, syslog, message: syslog?.message ?? text };
    const form = this.lineForm(line);
    if (form !== undefined) {
      const read = this.reading(form).read(line);
      if (read === undefined) return { source: form.source, outcomes: NOTHING };
      return this.mapRead(form.source, read, place, () => this.written(syslog));
    }
    const object = syslog === undefined ? afterTag(line.message) : line.message;
    if (object.startsWith('{') && this.pinned?.format !== 'lines') {
      const routed = this.messageObject(object, place, () => syslog?.time);
      if (routed !== undefined) return routed;
    }
    const event = line.message.indexOf('<Event');
    if (event >= 0 && !(syslog !== undefined && line.message.includes(LINUX_SYSMON))) {
      const routed = this.xml(line.message.slice(event), place);
      if (routed !== undefined) return routed;
    }
    if (syslog === undefined)
      return this.pinned?.format === 'lines' ? this.mapLine(this.pinned, text, place) : this.fallBack(text, place);
    const table = TABLES.named(SYSLOG);
    return table === undefined ? otherProduct(place) : this.row(syslogRow(syslog), table, place, () => syslog.time);
  }

  /** When a line was written: by its header; one without any is as old as its blob. */
  private written(syslog: SyslogLine | undefined): number {
    return syslog?.time ?? this.context.reference;
  }

  /** A line that is nobody's goes to the source that the path vouches for: it knows best what is wrong with it. */
  private fallBack(text: string, place: Place): Routed | undefined {
    return this.expected?.format === 'lines' ? this.mapLine(this.expected, text, place) : undefined;
  }

  private messageObject(text: string, place: Place, recorded?: Recorded): Routed | undefined {
    if (this.wrappers >= MAX_WRAPPERS) return undefined;
    this.wrappers++;
    try {
      const record = asObject(JSON.parse(text) as JsonValue);
      return record === undefined ? undefined : this.object(record, place, recorded);
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    } finally {
      this.wrappers--;
    }
  }

  /** What a collector's object holds: of several members the first that a source knows. */
  private wrapped(record: JsonObject, place: Place): Routed | undefined {
    let other: Routed | undefined;
    for (const { names, sure } of WRAPPED) {
      for (const name of names) {
        const value = Object.hasOwn(record, name) ? record[name] : undefined;
        const routed = value === undefined ? undefined : this.inside(value, record, place);
        if (routed?.source !== undefined) return routed;
        if (sure) other ??= routed;
      }
    }
    return other;
  }

  /** A line or an object in a collector's. */
  private inside(value: JsonValue, wrapper: JsonObject, place: Place): Routed | undefined {
    const recorded: Recorded = () => wrappedSyslog(wrapper, '').time;
    if (typeof value === 'string') {
      const line = value.trim();
      if (line === '' || this.wrappers >= MAX_WRAPPERS) return undefined;
      const object = line.startsWith('{') ? this.messageObject(line, place, recorded) : undefined;
      return object ?? this.line(line, place, wrapper);
    }
    const record = asObject(value);
    if (record === undefined || this.wrappers >= MAX_WRAPPERS) return undefined;
    this.wrappers++;
    const routed = this.object(record, place, recorded);
    this.wrappers--;
    return routed;
  }

  private ownJson(record: JsonObject): JsonSource | undefined {
    return this.choose(JSON_SOURCES, (source) => source.owns(record));
  }

  private ownLine(text: string): LineSource | undefined {
    return this.choose(LINE_SOURCES, (source) => source.owns(text));
  }

  private objectForm(record: JsonObject): (typeof OBJECT_FORMS)[number] | undefined {
    const { current, pinned } = this;
    const first = OBJECT_FORMS.find(({ source, form }) => source === current && form.owns(record));
    return first ?? OBJECT_FORMS.find(({ source, form }) => (pinned ?? source) === source && form.owns(record));
  }

  private lineForm(line: LogLine): OwnedLineForm | undefined {
    const { current, pinned } = this;
    let found: OwnedLineForm | undefined;
    for (const one of LINE_FORMS) {
      if (pinned !== undefined && one.source !== pinned) continue;
      if (this.readings.get(one.key)?.continues?.()) return one;
      if (found === undefined || one.source === current) if (one.form.owns(line)) found = one;
    }
    return found;
  }

  /** The pinned source, else the last one, the expected one, any one that says so. */
  private choose<S extends LogSource>(sources: readonly S[], owns: (source: S) => boolean): S | undefined {
    const { pinned, current, expected } = this;
    if (pinned !== undefined) return sources.find((one) => one === pinned && (one.format === 'json' || owns(one)));
    const first = sources.find((one) => one === current) ?? sources.find((one) => one === expected);
    if (first !== undefined && owns(first)) return first;
    return sources.find((one) => one !== first && owns(one));
  }

  private windowsEvent(event: WindowsEvent, place: Place): Routed {
    const table = TABLES.named(WINDOWS_EVENT);
    const row = windowsEventRow(event);
    return table === undefined ? otherProduct(place) : this.row(row, table, place);
  }

  private mapRead(source: LogSource, read: Row | Refusal, place: Place, recorded?: Recorded): Routed {
    if (isRefusal(read)) return { source, outcomes: [at(read, place)] };
    return { source, outcomes: this.mapRow(source, read, place, recorded) };
  }

  private row(row: Row, { sources }: TableSources<LogSource>, place: Place, recorded?: Recorded): Routed {
    const { pinned, current } = this;
    let source: LogSource | undefined;
    if (pinned !== undefined) source = sources.includes(pinned) ? pinned : undefined;
    else if (current !== undefined && sources.includes(current) && current.rows?.owns(row)) source = current;
    else source = sources.find((one) => one !== current && one.rows?.owns(row));
    if (source === undefined) return otherProduct(place);
    return { source, outcomes: this.mapRow(source, row, place, recorded) };
  }

  private mapRow(source: LogSource, row: Row, place: Place, recorded?: Recorded): readonly Outcome[] {
    const mapped = source.rows?.map(row, this.context);
    if (mapped === undefined) return [at(dead('noSource'), place)];
    if (isRefusal(mapped)) return [at(mapped, place)];
    const [type = 'NetworkSession'] = source.asim.types;
    const frame = {
      vendor: source.asim.vendor,
      product: source.asim.product,
      type,
      recorded: rowTime(row) ?? recorded?.(),
      addresses: this.context.addresses,
      identity: () => this.identity(row, place),
    };
    if (!isSeveral(mapped)) return [at(completeSession(mapped, frame), place)];
    return mapped.map((draft, index) => {
      const id = `${draft.EventOriginalUid || frame.identity()}#${index + 1}`;
      return at(completeSession(index === 0 ? draft : { ...draft, EventOriginalUid: id }, frame), place);
    });
  }

  /** The platform's id of the row, or a digest of the record with its place. */
  private identity(row: Row, { offset, buffer, start, end }: Place): string {
    const id = row.text('_ItemId');
    if (id.length >= 8 && !/\s/.test(id)) return id;
    const text = buffer.toString('latin1', start, end);
    return hash('sha1', `${this.context.blob}\n${offset}\n${text}`, 'base64url');
  }

  private mapLine(source: LineSource, text: string, place: Place): Routed {
    const mapped = this.mapping(source).map(text, place.offset);
    return { source, outcomes: mapped === undefined ? NOTHING : [at(mapped, place)] };
  }

  private mapping(source: LineSource): LineMapping {
    let mapping = this.mappings.get(source.id);
    if (mapping === undefined) {
      mapping = source.open(this.context, this.remembered[source.id] ?? '');
      this.mappings.set(source.id, mapping);
    }
    return mapping;
  }

  private reading({ key, form }: OwnedLineForm): LineReading {
    let reading = this.readings.get(key);
    if (reading === undefined) {
      reading = form.open(this.context, this.remembered[key] ?? '');
      this.readings.set(key, reading);
    }
    return reading;
  }
}

function at(mapped: Mapped, { offset, buffer, start, end }: Place): Outcome {
  return placed(mapped, offset, buffer, start, end);
}

function isSeveral(mapped: SessionDraft | readonly SessionDraft[]): mapped is readonly SessionDraft[] {
  return Array.isArray(mapped);
}

function otherProduct(place: Place): Routed {
  return { source: undefined, outcomes: [at(skipped('otherProduct'), place)] };
}
