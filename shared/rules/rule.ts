/** A scheduled rule as detection runs it: Sentinel's fields, checked, with durations in milliseconds. */
import type { Severity } from '../ports';

export type TriggerOperator = 'gt' | 'lt' | 'eq' | 'ne';

export interface EntityMapping {
  /** `IP`, `Host`, `Account` … as Sentinel names them. */
  readonly entityType: string;
  readonly fieldMappings: readonly { readonly identifier: string; readonly columnName: string }[];
}

export interface AlertDetailsOverride {
  /** Text with `{{Column}}` in it. */
  readonly displayNameFormat: string | undefined;
  readonly descriptionFormat: string | undefined;
  readonly severityColumn: string | undefined;
  readonly tacticsColumn: string | undefined;
  readonly dynamicProperties: readonly { readonly property: string; readonly column: string }[];
}

export interface Grouping {
  /** False: every alert opens its own incident. */
  readonly enabled: boolean;
  readonly reopenClosedIncident: boolean;
  /** Milliseconds. */
  readonly lookback: number;
  readonly matchingMethod: 'AllEntities' | 'AnyAlert' | 'Selected';
  readonly groupByEntities: readonly string[];
  readonly groupByAlertDetails: readonly ('DisplayName' | 'Severity')[];
  readonly groupByCustomDetails: readonly string[];
}

export interface Rule {
  /** Lower-case GUID; names the rule in state, alerts and incidents. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly enabled: boolean;
  readonly severity: Severity;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly query: string;
  /** Milliseconds. */
  readonly queryFrequency: number;
  /** Milliseconds. */
  readonly queryPeriod: number;
  readonly triggerOperator: TriggerOperator;
  readonly triggerThreshold: number;
  readonly aggregationKind: 'SingleAlert' | 'AlertPerResult';
  readonly entityMappings: readonly EntityMapping[];
  /** Name of the detail, and the column that it takes its values from. */
  readonly customDetails: readonly { readonly name: string; readonly column: string }[];
  readonly alertDetailsOverride: AlertDetailsOverride;
  /** Milliseconds for which an alert keeps the rule from running; undefined when suppression is off. */
  readonly suppression: number | undefined;
  readonly createIncident: boolean;
  readonly grouping: Grouping;
  /** The file that it comes from. */
  readonly file: string;
}
