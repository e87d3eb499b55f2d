/** Thrift's compact protocol, in which Parquet writes its metadata: structs as maps from field number to value. */
import { damaged } from './damage';

export type ThriftValue = boolean | number | Buffer | readonly ThriftValue[] | ThriftStruct;
export type ThriftStruct = ReadonlyMap<number, ThriftValue>;

const MAX_DEPTH = 32;

/** Types of the compact protocol. */
const TRUE = 1;
const FALSE = 2;
const BYTE = 3;
const I16 = 4;
const I32 = 5;
const I64 = 6;
const DOUBLE = 7;
const BINARY = 8;
const LIST = 9;
const SET = 10;
const MAP = 11;
const STRUCT = 12;

export class ThriftReader {
  /** @param at of the next byte. */
  constructor(
    private readonly bytes: Buffer,
    public at: number,
  ) {}

  /** @throws FlowtrapError `malformed` when the bytes are no struct. */
  struct(depth = 0): ThriftStruct {
    if (depth > MAX_DEPTH) throw damaged('its metadata is nested too deeply');
    const fields = new Map<number, ThriftValue>();
    let field = 0;
    for (;;) {
      const header = this.byte();
      if (header === 0) return fields;
      const delta = header >> 4;
      field = delta === 0 ? this.signed() : field + delta;
      fields.set(field, this.value(header & 0x0f, depth));
    }
  }

  /** An unsigned number of up to 53 bits; longer ones lose their lowest digits. */
  unsigned(): number {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw damaged('a number of its metadata has no end');
  }

  private signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined) throw damaged('its metadata is cut off');
    return byte;
  }

  private value(type: number, depth: number): ThriftValue {
    switch (type) {
      case TRUE:
      case FALSE:
        return type === TRUE;
      case BYTE:
        return (this.byte() << 24) >> 24;
      case I16:
      case I32:
      case I64:
        return this.signed();
      case DOUBLE:
        return this.take(8).readDoubleLE();
      case BINARY:
        return this.take(this.unsigned());
      case LIST:
      case SET:
        return this.list(depth);
      case MAP:
        return this.map(depth);
      case STRUCT:
        return this.struct(depth + 1);
      default:
        throw damaged('its metadata has a value of unknown type');
    }
  }

  private take(length: number): Buffer {
    if (length > this.bytes.length - this.at) throw damaged('its metadata is cut off');
    const from = this.at;
    this.at += length;
    return this.bytes.subarray(from, this.at);
  }

  private list(depth: number): readonly ThriftValue[] {
    const header = this.byte();
    const size = header >> 4 === 15 ? this.unsigned() : header >> 4;
    return this.elements(size, header & 0x0f, depth);
  }

  /** Pairs, one after the other. */
  private map(depth: number): readonly ThriftValue[] {
    const size = this.unsigned();
    if (size === 0) return [];
    const types = this.byte();
    const values: ThriftValue[] = [];
    for (let index = 0; index < size; index++) {
      values.push(...this.elements(1, types >> 4, depth), ...this.elements(1, types & 0x0f, depth));
    }
    return values;
  }

  private elements(size: number, type: number, depth: number): ThriftValue[] {
    if (depth > MAX_DEPTH || size > this.bytes.length - this.at) throw damaged('a list of its metadata is cut off');
    const values: ThriftValue[] = [];
    for (let index = 0; index < size; index++) {
      // In lists a truth value has a byte of its own.
      values.push(type === TRUE || type === FALSE ? this.byte() === TRUE : this.value(type, depth + 1));
    }
    return values;
  }
}

export function numberAt(struct: ThriftStruct, field: number): number | undefined {
  const value = struct.get(field);
  return typeof value === 'number' ? value : undefined;
}

export function textAt(struct: ThriftStruct, field: number): string | undefined {
  const value = struct.get(field);
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}

export function structAt(struct: ThriftStruct, field: number): ThriftStruct | undefined {
  const value = struct.get(field);
  return value instanceof Map ? value : undefined;
}

/** The structs of a list. */
export function structsAt(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  const value = struct.get(field);
  if (!Array.isArray(value)) return [];
  return (value as readonly ThriftValue[]).filter((one): one is ThriftStruct => one instanceof Map);
}
