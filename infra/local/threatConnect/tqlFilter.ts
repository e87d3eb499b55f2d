/** Turns a TQL condition into a predicate over raw v3 indicators: the parameters that the stand-in knows, by type. */
import { type Comparison, type Condition, type Literal, TqlError } from './tql';

type Raw = Readonly<Record<string, unknown>>;
type Kind = 'integer' | 'text' | 'time' | 'boolean';

interface Parameter {
  readonly kind: Kind;
  /** The values to compare with; none: null. A parameter with several (tags) holds when any of them does. */
  readonly read: (indicator: Raw) => readonly unknown[];
}

function member(name: string): Parameter['read'] {
  return (indicator) => (indicator[name] === undefined || indicator[name] === null ? [] : [indicator[name]]);
}

function nestedNames(name: string): Parameter['read'] {
  return (indicator) => {
    const { data } = (indicator[name] ?? {}) as { data?: { name?: unknown }[] };
    return (data ?? []).map((item) => item.name);
  };
}

/** Parameters, lower case (they ignore case), with the types of the indicator filter of ThreatConnect's SDK. */
const PARAMETERS: Readonly<Record<string, Parameter>> = {
  id: { kind: 'integer', read: member('id') },
  owner: { kind: 'integer', read: member('ownerId') },
  rating: { kind: 'integer', read: member('rating') },
  confidence: { kind: 'integer', read: member('confidence') },
  threatassessscore: { kind: 'integer', read: member('threatAssessScore') },
  ownername: { kind: 'text', read: member('ownerName') },
  typename: { kind: 'text', read: member('type') },
  summary: { kind: 'text', read: member('summary') },
  source: { kind: 'text', read: member('source') },
  description: { kind: 'text', read: member('description') },
  tag: { kind: 'text', read: nestedNames('tags') },
  securitylabel: { kind: 'text', read: nestedNames('securityLabels') },
  dateadded: { kind: 'time', read: member('dateAdded') },
  lastmodified: { kind: 'time', read: member('lastModified') },
  lastseen: { kind: 'time', read: member('lastSeen') },
  firstseen: { kind: 'time', read: member('firstSeen') },
  externaldateexpires: { kind: 'time', read: member('externalDateExpires') },
  indicatoractive: { kind: 'boolean', read: (indicator) => [indicator.active !== false] },
  activelocked: { kind: 'boolean', read: (indicator) => [indicator.activeLocked === true] },
};

const COMPARISONS: Readonly<Record<Kind, ReadonlySet<Comparison>>> = {
  integer: new Set(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'in']),
  time: new Set(['eq', 'ne', 'gt', 'lt', 'ge', 'le']),
  boolean: new Set(['eq', 'ne']),
  text: new Set(['eq', 'ne', 'in', 'like', 'contains', 'startswith', 'endswith']),
};

/**
 * @throws TqlError for a parameter or a combination that is not known.
 */
export function tqlFilter(condition: Condition): (indicator: Raw) => boolean {
  switch (condition.kind) {
    case 'all': {
      const parts = condition.parts.map(tqlFilter);
      return (indicator) => parts.every((part) => part(indicator));
    }
    case 'any': {
      const parts = condition.parts.map(tqlFilter);
      return (indicator) => parts.some((part) => part(indicator));
    }
    case 'null': {
      const { read } = parameter(condition.parameter);
      return (indicator) => (read(indicator).length === 0) !== condition.negated;
    }
    case 'compare': {
      const { kind, read } = parameter(condition.parameter);
      const { comparison, negated } = condition;
      if (!COMPARISONS[kind].has(comparison)) {
        throw new TqlError(`${condition.parameter} (${kind}) cannot be compared in this way`);
      }
      const wanted = condition.values.map((value) => literal(kind, value, condition.parameter));
      const different = comparison === 'ne';
      return (indicator) => {
        const values = read(indicator).map((value) => comparable(kind, value));
        const holds = values.some((value) => wanted.some((w) => compare(different ? 'eq' : comparison, value, w)));
        return holds !== (negated || different);
      };
    }
  }
}

/** Whether the query says itself which status it wants; otherwise only active indicators are returned. */
export function namesStatus(condition: Condition): boolean {
  if ('parts' in condition) return condition.parts.some(namesStatus);
  return condition.parameter.toLowerCase() === 'indicatoractive';
}

/** A comparator for `sorting`. @throws TqlError for an unknown parameter. */
export function tqlOrder(name: string): (a: Raw, b: Raw) => number {
  const { kind, read } = parameter(name);
  return (a, b) => {
    const [x] = read(a).map((value) => comparable(kind, value));
    const [y] = read(b).map((value) => comparable(kind, value));
    if (x === undefined || y === undefined) return Number(x !== undefined) - Number(y !== undefined);
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

function parameter(name: string): Parameter {
  const found = Object.hasOwn(PARAMETERS, name.toLowerCase()) ? PARAMETERS[name.toLowerCase()] : undefined;
  if (found === undefined) throw new TqlError(`unknown parameter "${name.slice(0, 40)}"`);
  return found;
}

type Value = bigint | number | string | boolean;

function literal(kind: Kind, { text, quoted }: Literal, name: string): Value {
  const wrong = new TqlError(`"${text.slice(0, 40)}" is no ${kind} for ${name}`);
  if (kind === 'text' || kind === 'time') {
    if (!quoted) throw wrong;
    if (kind === 'text') return text;
    // Fractions of a second made real servers fail; the zone-less form is not documented.
    if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/.test(text) || Number.isNaN(Date.parse(text))) throw wrong;
    return Date.parse(text);
  }
  if (quoted) throw wrong;
  if (kind === 'boolean') {
    if (!/^(true|false)$/i.test(text)) throw wrong;
    return text.toLowerCase() === 'true';
  }
  if (!/^-?\d+$/.test(text)) throw wrong;
  return BigInt(text);
}

function comparable(kind: Kind, value: unknown): Value {
  if (kind === 'time') return Date.parse(String(value));
  if (kind === 'boolean') return value === true;
  if (kind === 'text') return String(value);
  // Ratings have decimals; ids do not fit a double.
  return /^\d+$/.test(String(value)) ? BigInt(String(value)) : Number(value);
}

function compare(comparison: Comparison, value: Value, wanted: Value): boolean {
  switch (comparison) {
    case 'eq':
    case 'in':
      return value === wanted || (typeof value !== typeof wanted && Number(value) === Number(wanted));
    case 'ne':
      return value !== wanted;
    case 'gt':
      return value > wanted;
    case 'lt':
      return value < wanted;
    case 'ge':
      return value >= wanted;
    case 'le':
      return value <= wanted;
    case 'contains':
      return String(value).includes(String(wanted));
    case 'startswith':
      return String(value).startsWith(String(wanted));
    case 'endswith':
      return String(value).endsWith(String(wanted));
    case 'like':
      return like(String(value), String(wanted));
  }
}

/** LIKE with `%`: the pieces must follow one another, the first at the start and the last at the end. */
function like(value: string, pattern: string): boolean {
  const pieces = pattern.split('%');
  const first = pieces[0] ?? '';
  const last = pieces.at(-1) ?? '';
  if (pieces.length === 1) return value === pattern;
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = value.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= value.length - last.length;
}
