/** Azure Firewall, its structured network rules. */
import { type Case, pick } from '../case';

export const azureFirewall: Case = {
  source: 'azureFirewall',
  table: 'AZFWNetworkRule',
  change: (n) => ({
    Action: pick(n, 1, 'Allow', 'Deny', 'Drop'),
    ActionReason: pick(n, 2, '', 'Default Action'),
    SourceIp: pick(n, 5, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    SourcePort: pick(n, 3, 51_512, 22),
    DestinationIp: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    DestinationPort: pick(n, 4, 443, 53),
    Protocol: pick(n, 7, 'TCP', 'UDP'),
    Rule: pick(n, 3, 'allow web', ''),
    RuleCollection: 'collection',
  }),
};
