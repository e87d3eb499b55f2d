/**
 * Microsoft, network security group flow logs (versions 1 and 2): block blobs
 * `insights-logs-networksecuritygroupflowevent/…/PT1H.json`. Table AzureNetworkAnalytics_CL.
 * Follows the upstream mapping ASimNetworkSessionAzureNSG 0.1.1 and corrects:
 * - the NIC (its MAC) belongs to the Azure side: destination when inbound, source when outbound;
 * - EventSeverity is Low for a denied flow;
 * - the schema's product name (Azure NSG flows) and no domain type outside of the schema's list.
 */
import { canonicalMac } from '../asim/names';
import { member } from '../asim/networkSession';
import { asArray, asObject, asScalar, asText, type JsonObject, StringSpan } from '../formats/json';
import {
  AZURE_FLOW_MEMBERS,
  isFlattened,
  mapFlattened,
  mapTuples,
  recordDigest,
  resourceName,
  subscriptionOf,
  type TupleGroup,
  type TupleLayout,
  tupleProtocol,
} from './flowTuples';
import type { Outcome } from './normalizer';
import { dead, type JsonSource, type MappingContext, placed, skipped } from './source';

/** time, source, destination, source port, destination port, protocol, direction, decision; version 2: state, four counters. */
const LAYOUT: TupleLayout = {
  minimumFields: 8,
  maximumFields: 13,
  read(fields, count) {
    const decision = fields[7];
    if (decision !== 'A' && decision !== 'D') return 'unknownDecision';
    const state = count > 8 ? (fields[8] as string) : '';
    if (!/^[BCE]?$/.test(state)) return 'unknownState';
    return {
      protocol: tupleProtocol(fields[5] as string),
      state,
      denied: decision === 'D',
      originalAction: decision,
      counters: 9,
    };
  },
};

function group(record: JsonObject, version: string, mac: string | undefined, rule: string): TupleGroup {
  const resource = asText(record.resourceId);
  return {
    common:
      `${AZURE_FLOW_MEMBERS}"EventOriginalType":"NetworkSecurityGroupFlowEvent",` +
      member('Dvc', resourceName(resource) || 'Azure NSG flows') +
      (resource === '' ? '' : member('DvcId', resource) + member('DvcIdType', 'AzureResourceId')) +
      member('DvcSubscriptionId', subscriptionOf(resource)) +
      member('EventProductVersion', version) +
      member('NetworkRuleName', rule),
    nicIsSource: member('SrcMacAddr', mac),
    nicIsDestination: member('DstMacAddr', mac),
    additional: '',
  };
}

export const azureNsg: JsonSource = {
  id: 'azureNsg',
  vendor: 'Microsoft',
  product: 'Network security group flow logs',
  table: 'AzureNetworkAnalytics_CL',
  facts: 'ASimNetworkSessionAzureNSG 0.1.1',
  asim: { vendor: 'Microsoft', product: 'Azure NSG flows', types: ['Flow'] },
  filter: 'Every flow tuple, version 1 and 2.',
  forms: ['flow-log JSON', 'a record for each tuple'],
  sweep: true,
  format: 'json',
  recordKeys: ['time', 'systemId', 'macAddress', 'category', 'resourceId', 'operationName', 'properties'],
  arraysInPlace: ['flowTuples'],

  ownsPath: (container) => container === 'insights-logs-networksecuritygroupflowevent',

  owns: (record) =>
    record.category === 'NetworkSecurityGroupFlowEvent' ||
    asArray(asObject(record.properties)?.flows) !== undefined ||
    (isFlattened(record) && /^NetworkSecurityGroup/.test(asText(record.operationName))),

  *map(record: JsonObject, bytes: Buffer, offset: number, context: MappingContext): Generator<Outcome> {
    if (isFlattened(record)) {
      const mac = canonicalMac(asText(record.macAddress));
      const shared = group(record, asScalar(record.version), mac, asText(record.rule));
      return yield* mapFlattened(record, bytes, offset, LAYOUT, shared, context);
    }
    const digest = recordDigest(bytes);
    const properties = asObject(record.properties);
    const rules = asArray(properties?.flows);
    if (properties === undefined || rules === undefined) return yield placed(dead('noFlows'), offset, bytes);
    const version = asScalar(properties.Version);
    let index = 0;
    let refused = 0;
    for (const item of rules) {
      const rule = asObject(item);
      const flows = asArray(rule?.flows);
      if (rule === undefined || flows === undefined) {
        yield placed(dead('noFlows'), offset, bytes);
        refused++;
        continue;
      }
      for (const entry of flows) {
        const flow = asObject(entry);
        const tuples = flow?.flowTuples;
        if (flow === undefined || !(tuples instanceof StringSpan)) {
          yield placed(dead('noFlowTuples'), offset, bytes);
          refused++;
          continue;
        }
        const mac = canonicalMac(asText(flow.mac)) ?? canonicalMac(asText(record.macAddress));
        const shared = group(record, version, mac, asText(rule.rule));
        index += yield* mapTuples(tuples, { bytes, offset, digest, first: index }, LAYOUT, shared, context);
      }
    }
    if (index + refused === 0) yield placed(skipped('noTuples'), offset, bytes);
  },
};
