/** A ThreatConnect v3 indicator, decoded tolerantly: absent and empty members are alike, one odd member spoils nothing else. */
import { indicatorId } from './client';

export interface Indicator {
  /** Digits; may exceed 2^53. */
  readonly id: string;
  /** `Address`, `Host`, `Email Subject` … */
  readonly type: string;
  readonly summary: string;
  readonly ownerId: string;
  readonly ownerName: string;
  readonly active: boolean;
  readonly privateFlag: boolean;
  readonly dateAdded: Date | undefined;
  readonly lastModified: Date | undefined;
  readonly lastSeen: Date | undefined;
  readonly firstSeen: Date | undefined;
  readonly externalDateExpires: Date | undefined;
  /** 0 to 5; undefined: not rated. */
  readonly rating: number | undefined;
  /** 0 to 100; undefined differs from 0. */
  readonly confidence: number | undefined;
  readonly description: string | undefined;
  readonly source: string | undefined;
  readonly webLink: string | undefined;
  readonly tags: readonly string[];
  readonly securityLabels: readonly string[];
  /** Every member as it came, for the values that only one type has. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/** @returns undefined when it lacks what every indicator must have: id, type, owner. */
export function decodeIndicator(item: object): Indicator | undefined {
  const raw = item as Readonly<Record<string, unknown>>;
  const id = indicatorId(item);
  const type = text(raw.type);
  const ownerId = String(raw.ownerId ?? '');
  if (id === undefined || type === undefined || !/^\d{1,19}$/.test(ownerId)) return undefined;
  return {
    id,
    type,
    summary: text(raw.summary) ?? '',
    ownerId,
    ownerName: text(raw.ownerName) ?? '',
    active: raw.active !== false,
    privateFlag: raw.privateFlag === true,
    dateAdded: time(raw.dateAdded),
    lastModified: time(raw.lastModified),
    lastSeen: time(raw.lastSeen),
    firstSeen: time(raw.firstSeen),
    externalDateExpires: time(raw.externalDateExpires),
    rating: number(raw.rating),
    confidence: number(raw.confidence),
    description: text(raw.description),
    source: text(raw.source),
    webLink: text(raw.webLink),
    tags: names(raw.tags),
    securityLabels: names(raw.securityLabels),
    raw,
  };
}

/** Well-formed text without control characters (foreign text ends up in alerts); undefined when nothing is left. */
export function text(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const clean = ODD.test(value) ? value.replaceAll(/\p{Cc}+/gu, ' ').replaceAll(/\p{Cs}/gu, '\ufffd') : value;
  const trimmed = clean.trim();
  return trimmed === '' ? undefined : trimmed;
}

/** Control characters, and halves of characters. */
const ODD = /[\p{Cc}\p{Cs}]/u;

function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}

/** An ISO time that names its zone; one without is not guessed at. */
function time(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:?\d{2})\s*$/.test(value)) return undefined;
  const date = new Date(value.trim());
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const MOST_NAMES = 200;
const NAME_LENGTH = 200;

/** The names in a nested collection, which is `{"data":[…]}`, `{}` or missing. */
function names(collection: unknown): string[] {
  const { data } = (collection ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return [];
  return data
    .slice(0, MOST_NAMES)
    .flatMap((item) => text((item as { name?: unknown } | null)?.name) ?? [])
    .map((name) => shorten(name, NAME_LENGTH));
}

/** At most `length` characters, the last one an ellipsis; never half a character. */
export function shorten(value: string, length: number): string {
  return value.length <= length ? value : `${value.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
