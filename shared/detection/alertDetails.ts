/** What a rule lets its rows decide about an alert: name, description, severity, tactics, details (Sentinel's limits). */
import type { Severity } from '../ports';
import { PLACEHOLDER } from '../rules/alertFields';
import type { Rule } from '../rules/rule';
import { cleanLine, cleanText, cutBytes } from './plainText';
import { columnTexts, type ResultRows } from './resultRows';

export interface AlertDetails {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly tactics: readonly string[];
  readonly techniques: readonly string[];
  readonly customDetails: Readonly<Record<string, readonly string[]>>;
  readonly dynamicProperties: Readonly<Record<string, string>>;
}

const SEVERITIES: readonly Severity[] = ['High', 'Medium', 'Low', 'Informational'];
/** More distinct values than this in one column, and the override is dropped. */
const MOST_VALUES = 50;
const NAME_BYTES = 256;
const DESCRIPTION_BYTES = 5000;
const DETAILS_BYTES = 2048;

export function alertDetails(rule: Rule, result: ResultRows): AlertDetails {
  const override = rule.alertDetailsOverride;
  const column = (name: string | undefined): string | undefined =>
    name === undefined ? undefined : columnTexts(result, name)[0];
  const severity = SEVERITIES.find((value) => value === column(override.severityColumn));
  const tactics =
    override.tacticsColumn === undefined
      ? []
      : // One name, a list of names, or a list written as text.
        columnTexts(result, override.tacticsColumn).flatMap((text) =>
          text.split(/[\s,"[\]]+/).filter((name) => name !== ''),
        );
  const dynamicProperties = Object.fromEntries(
    override.dynamicProperties.flatMap(({ property, column: name }) => {
      const text = columnTexts(result, name).join(', ');
      return text === '' || Buffer.byteLength(text) > DESCRIPTION_BYTES ? [] : [[property, cleanText(text)]];
    }),
  );
  const techniques = (dynamicProperties.Techniques ?? '').match(/\bT\d{4}\b/g) ?? [];
  return {
    title: cleanLine(fill(override.displayNameFormat, result, NAME_BYTES) ?? rule.name),
    description: cleanText(fill(override.descriptionFormat, result, DESCRIPTION_BYTES) ?? rule.description),
    severity: severity ?? rule.severity,
    tactics: tactics.length > 0 && tactics.every((tactic) => /^[A-Za-z]{3,40}$/.test(tactic)) ? tactics : rule.tactics,
    techniques: techniques.length > 0 ? techniques : rule.techniques,
    customDetails: customDetails(rule, result),
    dynamicProperties,
  };
}

/** The format with its columns' values; undefined when one is empty, has too many values, or the text gets too long. */
function fill(format: string | undefined, result: ResultRows, mostBytes: number): string | undefined {
  if (format === undefined) return undefined;
  let usable = true;
  const text = format.replaceAll(PLACEHOLDER, (_, name: string) => {
    const values = columnTexts(result, name);
    if (values.length === 0 || values.length > MOST_VALUES) usable = false;
    return values.join(', ');
  });
  return usable && Buffer.byteLength(text) <= mostBytes ? text : undefined;
}

function customDetails(rule: Rule, result: ResultRows): Record<string, string[]> {
  const details: Record<string, string[]> = {};
  let left = DETAILS_BYTES;
  for (const { name, column } of rule.customDetails) {
    const kept: string[] = [];
    for (const value of columnTexts(result, column).slice(0, MOST_VALUES)) {
      const text = cutBytes(cleanText(value), left);
      if (text === '') break;
      left -= Buffer.byteLength(text);
      kept.push(text);
    }
    if (kept.length > 0) details[name] = kept;
  }
  return details;
}
