// A workspace in the Defender portal: a native rule makes the incidents. The data collection rule sets SourceSystem.
using '../../../infra/main.bicep'

param incidentsBy = 'nativeRule'
param setSourceSystem = true
param workspaceId = '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/security/providers/Microsoft.OperationalInsights/workspaces/soc'

param sources = [
  {
    id: '/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/network/providers/Microsoft.Storage/storageAccounts/vnetlogs'
    containers: [
      { container: 'insights-logs-flowlogflowevent' }
    ]
  }
]

param threatConnectUrl = 'https://tc.example.com/api'
