/** Builds TQL, ThreatConnect's query language, from values that may be anything (names of owners, ids, times). */
import { FlowtrapError } from '../errors';

/**
 * A string literal.
 * @throws FlowtrapError `malformed` for control characters, which TQL has no escape for.
 */
export function tqlText(value: string): string {
  if (/\p{Cc}/u.test(value)) {
    throw new FlowtrapError('malformed', 'the text holds control characters and cannot be asked for.', {
      subject: JSON.stringify(value.slice(0, 100)),
    });
  }
  return `"${value.replaceAll(/["'`\\]/g, '\\$&')}"`;
}

/** A time literal: UTC, whole seconds (with fractions some servers fail). */
export function tqlTime(time: Date): string {
  return `"${time.toISOString().slice(0, 19)}Z"`;
}

/**
 * An id, from text since it may exceed 2^53.
 * @throws FlowtrapError `malformed` unless it is digits only.
 */
export function tqlId(id: string): string {
  if (!/^\d{1,19}$/.test(id)) throw new FlowtrapError('malformed', `"${id.slice(0, 40)}" is no indicator id.`);
  return id;
}

/**
 * An operator's own expression, in brackets so that an OR in it cannot widen what it is combined with.
 * @throws FlowtrapError `configuration` when its brackets or quotes do not match.
 */
export function tqlGroup(expression: string): string {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < expression.length; at++) {
    const c = expression[at] ?? '';
    if (quote !== '') {
      if (c === '\\') at++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'") quote = c;
    else if (c === '(') depth++;
    else if (c === ')' && --depth < 0) break;
  }
  if (depth !== 0 || quote !== '') {
    throw new FlowtrapError('configuration', 'its brackets or quotes do not match.', {
      subject: 'THREATCONNECT_FILTER',
      fix: 'Write a complete TQL expression, for example rating GEQ 3 and confidence GEQ 50.',
    });
  }
  return `(${expression})`;
}

/** All of the conditions; undefined ones are left out, none at all gives undefined. */
export function tqlAll(...conditions: readonly (string | undefined)[]): string | undefined {
  const given = conditions.filter((condition) => condition !== undefined);
  return given.length === 0 ? undefined : given.join(' and ');
}
