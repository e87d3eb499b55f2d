/** A small writer of Parquet files: one row group, one page a column, gzip, as AWS delivers flow logs. */
import { gzipSync } from 'node:zlib';

export interface ParquetColumn {
  readonly name: string;
  readonly type: 'int32' | 'int64' | 'string';
  /** undefined: null. */
  readonly values: readonly (number | string | undefined)[];
}

const TYPES = { int32: 1, int64: 2, string: 6 } as const;
const OPTIONAL = 1;
const UTF8 = 0;
const PLAIN = 0;
const RLE = 3;
const GZIP = 2;
const MAGIC = Buffer.from('PAR1');

export function writeParquet(columns: readonly ParquetColumn[]): Buffer {
  const rows = columns[0]?.values.length ?? 0;
  const parts: Buffer[] = [MAGIC];
  let at = MAGIC.length;
  let total = 0;
  const chunks = columns.map((column) => {
    const content = Buffer.concat([levels(column), ...column.values.map((value) => plain(column, value))]);
    const packed = gzipSync(content);
    const facts = struct([1, int(rows)], [2, int(PLAIN)], [3, int(RLE)], [4, int(RLE)]);
    const header = struct([1, int(0)], [2, int(content.length)], [3, int(packed.length)], [5, facts]).bytes;
    const meta = struct(
      [1, int(TYPES[column.type])],
      [2, list([int(PLAIN), int(RLE)])],
      [3, list([text(column.name)])],
      [4, int(GZIP)],
      [5, long(rows)],
      [6, long(header.length + content.length)],
      [7, long(header.length + packed.length)],
      [9, long(at)],
    );
    const chunk = struct([2, long(at)], [3, meta]);
    parts.push(header, packed);
    at += header.length + packed.length;
    total += header.length + content.length;
    return chunk;
  });
  const elements = columns.map(({ name, type }) =>
    struct(
      [1, int(TYPES[type])],
      [3, int(OPTIONAL)],
      [4, text(name)],
      ...(type === 'string' ? [[6, int(UTF8)] as Field] : []),
    ),
  );
  const footer = struct(
    [1, int(1)],
    [2, list([struct([4, text('schema')], [5, int(columns.length)]), ...elements])],
    [3, long(rows)],
    [4, list([struct([1, list(chunks)], [2, long(total)], [3, long(rows)])])],
    [6, text('sample')],
  ).bytes;
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...parts, footer, length, MAGIC]);
}

/** Which values are there, as a run for each of them. */
function levels({ values }: ParquetColumn): Buffer {
  const runs = Buffer.from(values.flatMap((value) => [2, value === undefined ? 0 : 1]));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(runs.length);
  return Buffer.concat([length, runs]);
}

function plain({ type }: ParquetColumn, value: number | string | undefined): Buffer {
  if (value === undefined) return Buffer.alloc(0);
  if (type === 'string') {
    const bytes = Buffer.from(String(value));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([length, bytes]);
  }
  const bytes = Buffer.alloc(type === 'int32' ? 4 : 8);
  if (type === 'int32') bytes.writeInt32LE(Number(value));
  else bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

/** A value of Thrift's compact protocol, with the number of its type. */
interface Value {
  readonly type: number;
  readonly bytes: Buffer;
}
type Field = readonly [id: number, value: Value];

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) + 0x80);
  return Buffer.from([...bytes, rest]);
}

const int = (value: number): Value => ({ type: 5, bytes: varint(value * 2) });
const long = (value: number): Value => ({ type: 6, bytes: varint(value * 2) });
const text = (value: string): Value => {
  const bytes = Buffer.from(value);
  return { type: 8, bytes: Buffer.concat([varint(bytes.length), bytes]) };
};

function list(values: readonly Value[]): Value {
  const type = values[0]?.type ?? 0;
  const header =
    values.length < 15
      ? Buffer.from([(values.length << 4) | type])
      : Buffer.concat([Buffer.from([0xf0 | type]), varint(values.length)]);
  return { type: 9, bytes: Buffer.concat([header, ...values.map(({ bytes }) => bytes)]) };
}

function struct(...fields: readonly Field[]): Value {
  let before = 0;
  const parts = fields.flatMap(([id, { type, bytes }]) => {
    const header = Buffer.from([((id - before) << 4) | type]);
    before = id;
    return [header, bytes];
  });
  return { type: 12, bytes: Buffer.concat([...parts, Buffer.from([0])]) };
}
