/**
 * Records of forms that are well known though no source owns them: rows of other Log Analytics tables, and resource logs of other Azure
 * services. Beside records of a source they are another product's, not damage.
 */
import type { JsonObject } from '../formats/json';

export function isOfOtherProduct(record: JsonObject): boolean {
  const has = (name: string): boolean => Object.hasOwn(record, name) && typeof record[name] === 'string';
  const row = has('Type') && has('TimeGenerated');
  return row || (has('category') && has('time') && (has('resourceId') || has('operationName')));
}
