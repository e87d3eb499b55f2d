/** How one indicator type becomes observables. One file per type implements this. */
import type { Indicator } from '../indicator';

/** A single value that logs can be compared with: one row of the table. */
export interface Observable {
  /** Part of the IndicatorId: ip, cidr, domain, url, md5, sha1, sha256, email, asn, subject, mutex, useragent. */
  readonly kind: string;
  /** The canonical value: equal things have equal text. */
  readonly value: string;
  /** The value columns of ThreatIntelligenceIndicator. */
  readonly columns: Readonly<Record<string, string | number>>;
}

export interface TypeMapping {
  /** The type's name in ThreatConnect. */
  readonly type: string;
  /** How long it stays valid after it was last modified or seen, when ThreatConnect gives no expiry. */
  readonly lifetimeDays: number;
  /** The observables (a File has one per hash), or why there are none: a reason to count by. */
  observables(indicator: Indicator): readonly Observable[] | { readonly skipped: string };
}
