// Everything is there already, in other subscriptions and resource groups: the workspace, two accounts, a topic; every setting is given.
using '../../../infra/main.bicep'

param name = 'trap'
param workspaceId = '/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/security/providers/Microsoft.OperationalInsights/workspaces/soc'

param sources = [
  {
    id: '/subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/network/providers/Microsoft.Storage/storageAccounts/vnetlogs'
    location: 'northeurope'
    systemTopic: 'vnetlogs-events'
    containers: [
      { container: 'insights-logs-flowlogflowevent', prefix: 'flowLogResourceID=/A', source: 'azureVnet' }
      { container: 'insights-logs-flowlogflowevent', prefix: 'flowLogResourceID=/B' }
      { container: 'firewall' }
    ]
  }
  {
    id: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/aws/providers/Microsoft.Storage/storageAccounts/awslogs'
    containers: [
      { container: 'vpc-flow-logs', source: 'awsVpc' }
    ]
  }
]

param threatConnectUrl = 'https://tc.example.com/api'
param threatConnectAccessId = '12345678901234567890'
param threatConnectSecret = readEnvironmentVariable('THREATCONNECT_SECRET', 'not-a-real-key')

param settings = {
  FLOW_START: '2026-03-02T00:00:00Z'
  INTERNAL_NETWORKS: '10.0.0.0/8,203.0.113.0/24'
  THREATCONNECT_OWNERS: 'Example Org,Example Source'
  THREATCONNECT_FILTER: 'rating GEQ 3'
  THREATCONNECT_ALIAS: 'Example'
  PULL_INDICATORS_SCHEDULE: '0 */30 * * * *'
  SWEEP_FLOWS_SCHEDULE: '0 */10 * * * *'
  DETECT_SCHEDULE: '15 */10 * * * *'
  DETECT_DELAY: '30m'
}
