/** Punycode (RFC 3492) and internationalised domain names. */
import type { NativeFunction, NativeTable } from './native';

const [BASE, LOWEST, HIGHEST, SKEW, DAMP, FIRST_BIAS, FIRST_CODE] = [36, 1, 26, 38, 700, 72, 128] as const;
const MAX_LENGTH = 4096;

function adapt(delta: number, points: number, first: boolean): number {
  let [rest, steps] = [first ? Math.floor(delta / DAMP) : delta >> 1, 0];
  rest += Math.floor(rest / points);
  while (rest > ((BASE - LOWEST) * HIGHEST) >> 1) {
    rest = Math.floor(rest / (BASE - LOWEST));
    steps += BASE;
  }
  return steps + Math.floor(((BASE - LOWEST + 1) * rest) / (rest + SKEW));
}

const threshold = (step: number, bias: number) => Math.min(HIGHEST, Math.max(LOWEST, step - bias));
const digitOf = (value: number) => String.fromCharCode(value < 26 ? value + 97 : value + 22);

/** @returns undefined when the text is too long. */
export function encodePunycode(text: string): string | undefined {
  const points = [...text].map((character) => character.codePointAt(0) ?? 0);
  if (points.length > MAX_LENGTH) return undefined;
  const basic = points.filter((point) => point < FIRST_CODE);
  let made = String.fromCodePoint(...basic);
  if (basic.length > 0) made += '-';
  let [code, delta, bias, handled] = [FIRST_CODE as number, 0, FIRST_BIAS as number, basic.length];
  while (handled < points.length) {
    const from = code;
    const next = points.filter((point) => point >= from).reduce((a, b) => Math.min(a, b));
    delta += (next - code) * (handled + 1);
    code = next;
    for (const point of points) {
      if (point < code) delta += 1;
      if (point !== code) continue;
      let rest = delta;
      for (let step: number = BASE; ; step += BASE) {
        const limit = threshold(step, bias);
        if (rest < limit) break;
        made += digitOf(limit + ((rest - limit) % (BASE - limit)));
        rest = Math.floor((rest - limit) / (BASE - limit));
      }
      made += digitOf(rest);
      bias = adapt(delta, handled + 1, handled === basic.length);
      delta = 0;
      handled += 1;
    }
    delta += 1;
    code += 1;
  }
  return made;
}

/** @returns undefined for what is no Punycode. */
export function decodePunycode(text: string): string | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const split = text.lastIndexOf('-');
  const points = [...text.slice(0, Math.max(0, split))].map((character) => character.charCodeAt(0));
  let [code, place, bias] = [FIRST_CODE as number, 0, FIRST_BIAS as number];
  let at = split < 0 ? 0 : split + 1;
  while (at < text.length) {
    const before = place;
    for (let [step, weight]: [number, number] = [BASE, 1]; ; step += BASE) {
      const digit = Number.parseInt(text[at] ?? '', BASE);
      if (Number.isNaN(digit)) return undefined;
      // Digits count from a to z, then 0 to 9.
      const value = digit >= 10 ? digit - 10 : digit + 26;
      at += 1;
      place += value * weight;
      const limit = threshold(step, bias);
      if (value < limit) break;
      weight *= BASE - limit;
      if (!Number.isSafeInteger(place) || !Number.isSafeInteger(weight)) return undefined;
    }
    bias = adapt(place - before, points.length + 1, before === 0);
    code += Math.floor(place / (points.length + 1));
    if (code > 0x10ffff) return undefined;
    place %= points.length + 1;
    points.splice(place, 0, code);
    place += 1;
  }
  return String.fromCodePoint(...points);
}

function labels(text: string, convert: (label: string) => string | undefined): string | undefined {
  const parts = text.split('.').map(convert);
  return parts.includes(undefined) ? undefined : parts.join('.');
}

const ofText =
  (compute: (text: string) => string | undefined): NativeFunction =>
  (text) =>
    compute(text ?? '') ?? null;

export const PUNYCODE: NativeTable = {
  punycode_from_string: [1, ofText(encodePunycode)],
  punycode_to_string: [1, ofText(decodePunycode)],
  punycode_domain_to_string: [
    1,
    ofText((text) => labels(text, (label) => (/^[ -~]*$/.test(label) ? label : `xn--${encodePunycode(label)}`))),
  ],
  punycode_domain_from_string: [
    1,
    ofText((text) =>
      labels(text, (label) => (label.toLowerCase().startsWith('xn--') ? decodePunycode(label.slice(4)) : label)),
    ),
  ],
};
