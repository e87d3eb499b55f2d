/**
 * Microsoft, virtual network flow logs (version 4): block blobs `insights-logs-flowlogflowevent/…/PT1H.json`.
 * Table NTANetAnalytics. Follows the upstream mapping ASimNetworkSessionNTANetAnalytics 0.1.1 and corrects:
 * - the host behind a record's MAC and resource is the NIC's side: destination when inbound, source when outbound;
 * - there is no decision field: state D is a denial;
 * - the schema's product name (Azure NSG flows), and direction by internal networks.
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

const STATES: ReadonlySet<string> = new Set(['B', 'C', 'E', 'D']);
/** Encryption results that mean the traffic was dropped by the enforcement policy. */
const DROPPED: ReadonlySet<string> = new Set(['NX_NOT_ACCEPTED', 'NX_NOT_SUPPORTED']);

/** time, source, destination, source port, destination port, protocol, direction, state, encryption, four counters. */
const LAYOUT: TupleLayout = {
  minimumFields: 8,
  maximumFields: 13,
  read(fields, count) {
    const state = fields[7] as string;
    if (!STATES.has(state)) return 'unknownState';
    const encryption = count > 8 ? (fields[8] as string) : '';
    if (!/^[A-Z_]{0,40}$/.test(encryption)) return 'unknownEncryption';
    return {
      protocol: tupleProtocol(fields[5] as string),
      state,
      denied: state === 'D',
      dropped: DROPPED.has(encryption),
      counters: 9,
      // NX, encryption being off, is the rule and is not repeated in every row.
      ...(encryption !== 'NX' && encryption !== '' && { additional: `"FlowEncryption":"${encryption}"` }),
    };
  },
};

function group(record: JsonObject, aclId: string, rule: string): TupleGroup {
  const target = asText(record.targetResourceID);
  const mac = canonicalMac(asText(record.macAddress));
  const side = (end: 'Src' | 'Dst'): string =>
    member(`${end}MacAddr`, mac) +
    (target === '' ? '' : member(`${end}DvcId`, target) + member(`${end}DvcIdType`, 'AzureResourceId')) +
    member(`${end}SubscriptionId`, subscriptionOf(target));
  const acl = /^[0-]*$|^unspecified$/i.test(aclId) ? '' : resourceName(aclId);
  return {
    common: `${AZURE_FLOW_MEMBERS}"EventOriginalType":"FlowLogFlowEvent","Dvc":"Azure NSG flows",${member('EventProductVersion', asScalar(record.flowLogVersion))}${member('NetworkRuleName', rule)}`,
    nicIsSource: side('Src'),
    nicIsDestination: side('Dst'),
    additional: member('AclGroup', acl).slice(0, -1),
  };
}

export const azureVnet: JsonSource = {
  id: 'azureVnet',
  vendor: 'Microsoft',
  product: 'Virtual network flow logs',
  table: 'NTANetAnalytics',
  facts: 'ASimNetworkSessionNTANetAnalytics 0.1.1',
  asim: { vendor: 'Microsoft', product: 'Azure NSG flows', types: ['Flow'] },
  filter: 'Every flow tuple.',
  forms: ['flow-log JSON', 'a record for each tuple'],
  sweep: true,
  format: 'json',
  recordKeys: [
    'time',
    'flowLogVersion',
    'flowLogGUID',
    'macAddress',
    'category',
    'flowLogResourceID',
    'targetResourceID',
    'operationName',
    'flowRecords',
  ],
  arraysInPlace: ['flowTuples'],

  ownsPath: (container, name) => container === 'insights-logs-flowlogflowevent' || name.includes('flowlogresourceid='),

  owns: (record) =>
    'flowRecords' in record ||
    record.category === 'FlowLogFlowEvent' ||
    (isFlattened(record) && ('flowLogVersion' in record || record.operationName === 'FlowLogFlowEvent')),

  *map(record: JsonObject, bytes: Buffer, offset: number, context: MappingContext): Generator<Outcome> {
    if (isFlattened(record)) {
      const shared = group(record, asText(record.aclID), asText(record.rule));
      return yield* mapFlattened(record, bytes, offset, LAYOUT, shared, context);
    }
    const digest = recordDigest(bytes);
    const flows = asArray(asObject(record.flowRecords)?.flows);
    if (flows === undefined) return yield placed(dead('noFlows'), offset, bytes);
    let index = 0;
    let refused = 0;
    for (const flow of flows) {
      const acl = asObject(flow);
      const groups = asArray(acl?.flowGroups);
      if (acl === undefined || groups === undefined) {
        yield placed(dead('noFlowGroups'), offset, bytes);
        refused++;
        continue;
      }
      for (const item of groups) {
        const flowGroup = asObject(item);
        const tuples = flowGroup?.flowTuples;
        if (flowGroup === undefined || !(tuples instanceof StringSpan)) {
          yield placed(dead('noFlowTuples'), offset, bytes);
          refused++;
          continue;
        }
        const shared = group(record, asText(acl.aclID), asText(flowGroup.rule));
        index += yield* mapTuples(tuples, { bytes, offset, digest, first: index }, LAYOUT, shared, context);
      }
    }
    if (index + refused === 0) yield placed(skipped('noTuples'), offset, bytes);
  },
};
