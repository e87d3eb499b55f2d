/**
 * JSON whose long integers stay exact. ThreatConnect's ids exceed 2^53 (seen: 9007199254918487), which JSON.parse rounds
 * silently; here an integer of 16 digits or more becomes text.
 */

/**
 * Parses JSON; integers of 16 or more digits come back as strings of their digits.
 * @throws SyntaxError for text that is no JSON.
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(/\d{16}/.test(text) ? quoteLongIntegers(text) : text);
}

const LONG_NUMBER = /-?\d[\d.eE+-]*/y;
const LONG_INTEGER = /^-?\d{16,}$/;

function quoteLongIntegers(text: string): string {
  let result = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === 0x22) {
      at = endOfString(text, at);
    } else if (code === 0x2d || (code >= 0x30 && code <= 0x39)) {
      LONG_NUMBER.lastIndex = at;
      const number = LONG_NUMBER.exec(text)?.[0] ?? '-';
      if (LONG_INTEGER.test(number)) {
        result += `${text.slice(copied, at)}"${number}"`;
        copied = at + number.length;
      }
      at += number.length;
    } else {
      at++;
    }
  }
  return result + text.slice(copied);
}

/** The position after the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let quote = start;
  for (;;) {
    quote = text.indexOf('"', quote + 1);
    if (quote < 0) return text.length;
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
}
