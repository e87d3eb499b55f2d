/** UTF-16 text, as Windows' own tools write their exports, told by its byte order mark; read as UTF-8. */

/** The order of its bytes; undefined for anything else. */
export function utf16Order(head: Uint8Array): 'little' | 'big' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'little';
  return head[0] === 0xfe && head[1] === 0xff ? 'big' : undefined;
}

/** The text as UTF-8, without the mark. What is no UTF-16 becomes the replacement character. */
export async function* utf16ToUtf8(
  source: AsyncIterable<Uint8Array>,
  order: 'little' | 'big',
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder('utf-16le');
  // Half a unit at the end of a chunk waits for the other half.
  let half = Buffer.alloc(0);
  for await (const chunk of source) {
    const bytes = Buffer.concat([half, chunk]);
    const whole = bytes.length - (bytes.length % 2);
    half = bytes.subarray(whole);
    const units = bytes.subarray(0, whole);
    const text = decoder.decode(order === 'big' ? units.swap16() : units, { stream: true });
    if (text !== '') yield Buffer.from(text);
  }
  const last = decoder.decode(half);
  if (last !== '') yield Buffer.from(last);
}
