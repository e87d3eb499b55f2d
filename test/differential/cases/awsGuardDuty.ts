/** AWS GuardDuty, findings on connections. */
import { type Case, pick, timeOf } from '../case';

export const awsGuardDuty: Case = {
  source: 'awsGuardDuty',
  table: 'AWSGuardDuty',
  change: (n) => ({
    Id: `finding-${n}-0123456789`,
    AccountId: '111122223333',
    ActivityType: pick(n, 3, 'Recon:EC2/Portscan', 'Backdoor:EC2/Spambot'),
    Severity: pick(n, 2, 8, 5, 2),
    Title: 'A finding',
    TimeCreated: timeOf(n, -60_000),
    ServiceDetails: {
      action: {
        actionType: 'NETWORK_CONNECTION',
        networkConnectionAction: {
          blocked: pick(n, 5, true, false),
          connectionDirection: pick(n, 1, 'INBOUND', 'OUTBOUND', 'UNKNOWN'),
          protocol: pick(n, 4, 'TCP', 'UDP'),
          localPortDetails: { port: pick(n, 3, 22, 51_512) },
          remotePortDetails: { port: pick(n, 2, 443, 40_022) },
          remoteIpDetails: {
            ipAddressV4: pick(n, 7, '203.0.113.7', '198.51.100.23'),
            country: { countryName: 'Netherlands' },
          },
        },
      },
    },
    ResourceDetails: {
      instanceDetails: { instanceId: 'i-0123', networkInterfaces: [{ privateIpAddress: '10.0.0.4', vpcId: 'vpc-1' }] },
    },
  }),
};
