// An example to copy: fill in your own, then deploy as docs/deploy.md says. The secret comes from the environment, never from a file.
using 'main.bicep'

param workspaceId = '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/security/providers/Microsoft.OperationalInsights/workspaces/sentinel'

param sources = [
  {
    id: '/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/network/providers/Microsoft.Storage/storageAccounts/examplelogs'
    containers: [
      { container: 'insights-logs-flowlogflowevent', source: 'azureVnet' }
    ]
  }
]

param threatConnectUrl = 'https://app.threatconnect.com/api'
param threatConnectAccessId = readEnvironmentVariable('THREATCONNECT_ACCESS_ID', '')
param threatConnectSecret = readEnvironmentVariable('THREATCONNECT_SECRET', '')
