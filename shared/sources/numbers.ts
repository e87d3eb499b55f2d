/** Numbers as logs write them. */

const FLOAT = /^(\d{1,16})\.0+$/;

/**
 * A whole number up to 2^53 - 1 from its digits; `6.0`, which a hop through JSON leaves behind, reads as 6.
 * @returns undefined for anything else, the empty text among it.
 */
export function wholeNumber(text: string): number | undefined {
  const length = text.length;
  if (length === 0) return undefined;
  if (length > 15) return slowWholeNumber(text);
  let value = 0;
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return slowWholeNumber(text);
    value = value * 10 + digit;
  }
  return value;
}

function slowWholeNumber(text: string): number | undefined {
  const digits = FLOAT.exec(text)?.[1] ?? (/^\d{1,20}$/.test(text) ? text : undefined);
  const value = digits === undefined ? undefined : Number(digits);
  return value !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

/** A port number, or undefined. */
export function portNumber(text: string): number | undefined {
  const value = wholeNumber(text);
  return value !== undefined && value <= 65_535 ? value : undefined;
}
