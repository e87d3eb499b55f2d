/** Maps one indicator to rows of ThreatIntelligenceIndicator. Pure: what it needs of the outside is in the context. */
import { DAY } from '../duration';
import { URL_NAMESPACE, uuid5In } from '../uuid';
import { type Indicator, shorten } from './indicator';
import { trafficLight } from './trafficLight';
import { TYPE_MAPPINGS } from './types';
import type { Observable } from './types/typeMapping';

export interface MappingContext {
  /** Host of the ThreatConnect instance, without port: part of every IndicatorId. */
  readonly host: string;
  /** `ThreatConnect-<alias>`. */
  readonly sourceSystem: string;
  /** When the rows are emitted. */
  readonly now: Date;
}

/** A row, as far as the sync looks into it; the rest are the columns of indicatorTable.ts. */
export interface IndicatorRow {
  readonly TimeGenerated: string;
  readonly IndicatorId: string;
  readonly SourceSystem: string;
  readonly Active: boolean;
  readonly ExpirationDateTime: string;
  readonly [column: string]: string | number | boolean;
}

export type MappedIndicator = { readonly rows: readonly IndicatorRow[] } | { readonly skipped: string };

/** No expiry lies further ahead: dates such as 9999-12-31 are made up. */
const LONGEST_LIFE = 5 * 365 * DAY;
const DESCRIPTION_LENGTH = 2000;
const ADDITIONAL_LENGTH = 4096;

/**
 * The rows of an indicator: active ones, or revocations when it is inactive or its own expiry has passed.
 * Otherwise why there are none: `type.<name>`, `expired`, `tlpRed`, or a reason of the type's mapping.
 */
export function mapIndicator(indicator: Indicator, context: MappingContext): MappedIndicator {
  const mapping = TYPE_MAPPINGS.get(indicator.type);
  if (mapping === undefined) return { skipped: `type.${indicator.type.slice(0, 60)}` };
  if (trafficLight(indicator.securityLabels) === 'red') return { skipped: 'tlpRed' };
  const observables = mapping.observables(indicator);
  if ('skipped' in observables) return observables;

  const now = context.now.getTime();
  const external = indicator.externalDateExpires?.getTime();
  const expiry = external ?? lastSign(indicator, now) + mapping.lifetimeDays * DAY;
  const active = indicator.active && expiry > now;
  // Expired by our own policy: the rows emitted earlier carry that expiry already.
  if (indicator.active && !active && external === undefined) return { skipped: 'expired' };
  const expires = active ? Math.min(expiry, now + LONGEST_LIFE) : now;
  return { rows: observables.map((observable) => toRow(indicator, observable, active, new Date(expires), context)) };
}

/** When the indicator was last confirmed, milliseconds; never in the future. */
function lastSign(indicator: Indicator, now: number): number {
  const times = [indicator.lastModified, indicator.lastSeen].flatMap((time) => time?.getTime() ?? []);
  const latest = Math.max(...times);
  return Number.isFinite(latest) ? Math.min(latest, now) : (indicator.dateAdded?.getTime() ?? now);
}

/** The same observable of the same owner has the same id for good, across re-creation. */
export function indicatorRowId(host: string, ownerId: string, observable: Observable): string {
  const name = `threatconnect:${host}:${ownerId}:${observable.kind}:${observable.value}`;
  return `indicator--${uuid5In(URL_NAMESPACE, name)}`;
}

function toRow(
  indicator: Indicator,
  observable: Observable,
  active: boolean,
  expires: Date,
  { host, sourceSystem, now }: MappingContext,
): IndicatorRow {
  const { confidence, rating, tags } = indicator;
  const light = trafficLight(indicator.securityLabels);
  const description = indicator.description ?? `ThreatConnect ${indicator.type} indicator from ${indicator.ownerName}`;
  return {
    TimeGenerated: now.toISOString(),
    IndicatorId: indicatorRowId(host, indicator.ownerId, observable),
    ExternalIndicatorId: indicator.id,
    SourceSystem: sourceSystem,
    IndicatorProvider: shorten(indicator.ownerName, 256),
    Active: active,
    ExpirationDateTime: expires.toISOString(),
    ...(confidence === undefined ? {} : { ConfidenceScore: clamp(confidence, 0, 100) }),
    ...(rating === undefined || rating <= 0 ? {} : { ThreatSeverity: Math.round(clamp(rating, 0, 5)) }),
    // What ThreatConnect's own TAXII server states for every indicator.
    ThreatType: 'malicious-activity',
    Description: shorten(description, DESCRIPTION_LENGTH),
    ...(tags.length === 0 ? {} : { Tags: JSON.stringify(tags) }),
    ...(light === undefined ? {} : { TrafficLightProtocolLevel: light }),
    Action: 'alert',
    PassiveOnly: false,
    AdditionalInformation: additionalInformation(indicator),
    ...observable.columns,
  };
}

/** What has no column, as JSON text; the least needed goes first when it grows too long. */
function additionalInformation(indicator: Indicator): string {
  const members: [string, unknown][] = [
    ['tcType', indicator.type],
    ['owner', indicator.ownerName],
    ['ownerId', Number(indicator.ownerId)],
    ['webLink', indicator.webLink],
    ['dateAdded', isoSeconds(indicator.dateAdded)],
    ['lastModified', isoSeconds(indicator.lastModified)],
    ['private', indicator.privateFlag],
    ['firstSeen', isoSeconds(indicator.firstSeen)],
    ['lastSeen', isoSeconds(indicator.lastSeen)],
    ['source', indicator.source],
  ];
  for (;;) {
    const json = JSON.stringify(Object.fromEntries(members));
    if (Buffer.byteLength(json) <= ADDITIONAL_LENGTH || members.length === 0) return json;
    members.pop();
  }
}

function isoSeconds(time: Date | undefined): string | undefined {
  return time === undefined ? undefined : `${time.toISOString().slice(0, 19)}Z`;
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
