/**
 * Route templates as ASP.NET has them, as far as functions use them: literals, `{name}`, `{name?}`, `{name:constraint}`,
 * `{*rest}`. Matching ignores case and a trailing slash.
 */
import { FlowtrapError } from '../../../../shared/errors';

export interface Route {
  /** As written, with the prefix. */
  readonly template: string;
  /** The parameters of a path (without query) that fits, by name; absent optional ones are absent. Undefined: no fit. */
  match(path: string): Record<string, string> | undefined;
}

interface Segment {
  readonly before: string;
  readonly after: string;
  readonly parameter?: Parameter;
}

interface Parameter {
  readonly name: string;
  readonly optional: boolean;
  readonly rest: boolean;
  readonly accepts: readonly ((text: string) => boolean)[];
}

const NUMBER = /^[+-]?\d+$/;
const within = (text: string, least: number, most: number): boolean =>
  NUMBER.test(text) && Number(text) >= least && Number(text) <= most;

/** Constraint → check of a decoded segment. Arguments are whole numbers. */
const CONSTRAINTS: Readonly<Record<string, (text: string, ...numbers: number[]) => boolean>> = {
  int: (text) => within(text, -(2 ** 31), 2 ** 31 - 1),
  long: (text) => NUMBER.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text),
  decimal: (text) => /^[+-]?\d+(\.\d+)?$/.test(text),
  double: (text) => /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text),
  bool: (text) => /^(true|false)$/i.test(text),
  guid: (text) => /^\{?[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}\}?$/i.test(text),
  alpha: (text) => /^[a-z]*$/i.test(text),
  datetime: (text) => !Number.isNaN(Date.parse(text)),
  length: (text, least = 0, most = least) => text.length >= least && text.length <= most,
  minlength: (text, least = 0) => text.length >= least,
  maxlength: (text, most = 0) => text.length <= most,
  min: (text, least = 0) => within(text, least, Number.POSITIVE_INFINITY),
  max: (text, most = 0) => within(text, Number.NEGATIVE_INFINITY, most),
  range: (text, least = 0, most = 0) => within(text, least, most),
};

/** @throws FlowtrapError `configuration` for a template that this host does not understand. */
export function parseRoute(template: string): Route {
  const segments = template
    .split('/')
    .filter((part) => part !== '')
    .map((part) => parseSegment(template, part));
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (!last && (segment.parameter?.rest || segment.parameter?.optional))
      throw invalid(template, 'an optional or catch-all parameter must come last');
  });
  return { template, match: (path) => match(segments, path) };
}

function parseSegment(template: string, part: string): Segment {
  const found = /^([^{}]*)\{([^{}]*)\}([^{}]*)$/.exec(part);
  if (!found) {
    if (/[{}?*]/.test(part)) throw invalid(template, `"${part}" has more than one parameter, or a stray sign`);
    return { before: part, after: '' };
  }
  const [, before = '', inner = '', after = ''] = found;
  const parsed = /^(\*{0,2})([a-z_]\w*)((?::[a-z]+(?:\([\d,\s-]*\))?)*)(\??)$/i.exec(inner);
  if (!parsed) throw invalid(template, `"{${inner}}" is not understood`);
  const [, stars = '', name = '', constraints = '', question = ''] = parsed;
  return {
    before,
    after,
    parameter: {
      name,
      rest: stars !== '',
      optional: question !== '' || stars !== '',
      accepts: constraints
        .split(':')
        .filter((text) => text !== '')
        .map((text) => constraint(template, text)),
    },
  };
}

function constraint(template: string, text: string): (value: string) => boolean {
  const [, name = '', list] = /^([a-z]+)(?:\(([\d,\s-]*)\))?$/i.exec(text) ?? [];
  const check = CONSTRAINTS[name.toLowerCase()];
  if (!check) throw invalid(template, `constraint "${text}" is not known`);
  const numbers = (list ?? '').split(',').filter((n) => n.trim() !== '');
  return (value) => check(value, ...numbers.map(Number));
}

function match(segments: readonly Segment[], path: string): Record<string, string> | undefined {
  const parts = path.split('/').slice(1);
  if (parts.at(-1) === '') parts.pop();
  const parameters: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const { parameter } = segment;
    const raw = parameter?.rest ? parts.slice(index).join('/') : parts[index];
    if (raw === undefined || raw === '') {
      if (parameter?.optional && segment.before === '' && segment.after === '') continue;
      return undefined;
    }
    const text = decode(raw);
    if (!parameter) {
      if (text.toLowerCase() !== segment.before.toLowerCase()) return undefined;
      continue;
    }
    const { before, after } = segment;
    const lower = text.toLowerCase();
    if (!lower.startsWith(before.toLowerCase()) || !lower.endsWith(after.toLowerCase())) return undefined;
    const value = text.slice(before.length, text.length - after.length);
    if (text.length <= before.length + after.length || !parameter.accepts.every((accept) => accept(value)))
      return undefined;
    parameters[parameter.name] = value;
  }
  const open = segments.at(-1)?.parameter?.rest === true;
  return open || parts.length <= segments.length ? parameters : undefined;
}

/** Decodes a path segment as Kestrel does: everything but an escaped slash (observed). */
function decode(text: string): string {
  return text
    .split(/(%2f)/i)
    .map((part) => (/^%2f$/i.test(part) ? part : tryDecode(part)))
    .join('');
}

function tryDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function invalid(template: string, why: string): FlowtrapError {
  return new FlowtrapError('configuration', `${why}.`, {
    subject: `Route '${template}'`,
    fix: 'Use literals, {name}, {name?}, {name:int} and the like, or {*rest}.',
  });
}
