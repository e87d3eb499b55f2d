/** The text of queue messages: base64 of UTF-8 by default, as host.json's messageEncoding says. */

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The decoded text, or undefined when it is not base64 of valid UTF-8: such a message never reaches a function (observed). */
export function decodeMessage(text: string, encoding: 'base64' | 'none'): string | undefined {
  if (encoding === 'none') return text;
  const compact = text.replaceAll(/[ \t\r\n]/g, '');
  if (compact.length % 4 !== 0 || !BASE64.test(compact)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(compact, 'base64'));
  } catch {
    return undefined;
  }
}

export function encodeMessage(content: Uint8Array | string, encoding: 'base64' | 'none'): string {
  const bytes = Buffer.from(content as Uint8Array);
  return bytes.toString(encoding === 'base64' ? 'base64' : 'utf8');
}
