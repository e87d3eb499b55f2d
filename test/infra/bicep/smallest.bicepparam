// A new workspace, one account, a token: nothing that need not be given.
using '../../../infra/main.bicep'

param sources = [
  {
    id: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/network/providers/Microsoft.Storage/storageAccounts/vnetlogs'
    containers: [
      { container: 'insights-logs-flowlogflowevent' }
    ]
  }
]

param threatConnectUrl = 'https://tc.example.com/api'
param threatConnectSecret = readEnvironmentVariable('THREATCONNECT_SECRET', 'APIV2:not-a-real-token')
