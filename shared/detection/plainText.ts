/**
 * Text from logs and indicators made harmless for people and portals: no control or direction-changing characters, no lone
 * surrogates.
 */

const CONTROL = /(?![\n\t])[\p{Cc}\p{Cf}]/gu;

/** May have lines. */
export function cleanText(text: string): string {
  const wellFormed = Buffer.from(text, 'utf8').toString('utf8');
  return wellFormed.replaceAll('\r\n', '\n').replaceAll('\r', '\n').replaceAll(CONTROL, '').trim();
}

/** One line. */
export function cleanLine(text: string): string {
  return cleanText(text).replaceAll(/\s+/g, ' ');
}

/** At most `most` UTF-16 units, never half a character; what is cut ends with `…`. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const splits = /[\ud800-\udbff]/.test(text[end - 1] ?? '');
  return `${text.slice(0, splits ? end - 1 : end)}…`;
}

/** At most `most` bytes of UTF-8, never half a character. */
export function cutBytes(text: string, most: number): string {
  if (Buffer.byteLength(text) <= most) return text;
  const bytes = Buffer.from(text, 'utf8').subarray(0, Math.max(0, most));
  return bytes.toString('utf8').replace(/\ufffd+$/, '');
}

/** Comments are shown as HTML: what could begin a tag or an entity is written as one. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
