/** What the first bytes of a blob tell about its format. */

export type Format = 'json' | 'lines';

/** Signatures of formats that are not read, so that the refusal can name them. */
const SIGNATURES: readonly { readonly name: string; readonly bytes: readonly number[] }[] = [
  { name: 'gzip', bytes: [0x1f, 0x8b] },
  { name: 'Parquet', bytes: [0x50, 0x41, 0x52, 0x31] },
  { name: 'a zip archive', bytes: [0x50, 0x4b, 0x03, 0x04] },
  { name: 'zstd', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'bzip2', bytes: [0x42, 0x5a, 0x68] },
  { name: 'UTF-16 text', bytes: [0xff, 0xfe] },
  { name: 'UTF-16 text', bytes: [0xfe, 0xff] },
];

const WHITE_SPACE: ReadonlySet<number> = new Set([0x09, 0x0a, 0x0d, 0x20]);

/** The name of a known format that no source reads, by its first bytes. */
export function looksLike(first: Uint8Array): string | undefined {
  return SIGNATURES.find(({ bytes }) => bytes.every((byte, index) => first[index] === byte))?.name;
}

/** The format by the first byte that is no white space; undefined while there is none. */
export function sniffFormat(first: Uint8Array): Format | undefined {
  const start = first[0] === 0xef && first[1] === 0xbb && first[2] === 0xbf ? 3 : 0;
  for (let at = start; at < first.length; at++) {
    const byte = first[at] as number;
    if (byte === 0x7b || byte === 0x5b) return 'json';
    if (!WHITE_SPACE.has(byte)) return byte === 0xef && at === 0 && first.length < 3 ? undefined : 'lines';
  }
  return undefined;
}
