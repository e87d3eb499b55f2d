// The data collection rule that takes Flowtrap's rows: kind Direct, so it has its own ingestion endpoint.
import { table } from 'types.bicep'

param name string

@description('Region of the workspace: the rule must lie there.')
param location string
param workspaceId string
param tables table[]

@description('Principal that the app works as.')
param principalId string

@description('Text for SourceSystem of indicators, set by the rule; empty leaves what the app sends.')
param sourceSystem string

resource rule 'Microsoft.Insights/dataCollectionRules@2024-03-11' = {
  name: name
  location: location
  kind: 'Direct'
  properties: {
    description: 'Rows of Flowtrap: network sessions, indicators, alerts and the ledger of its runs.'
    streamDeclarations: toObject(tables, item => item.stream, item => {
      columns: map(item.columns, column => { name: column.name, type: column.type })
    })
    destinations: {
      logAnalytics: [
        { name: 'workspace', workspaceResourceId: workspaceId }
      ]
    }
    // Rows arrive in the table's own shape, so there is nothing to transform, unless the platform replaces SourceSystem.
    dataFlows: map(tables, item => {
      streams: [item.stream]
      destinations: ['workspace']
      transformKql: item.table == 'ThreatIntelligenceIndicator' && !empty(sourceSystem)
        ? 'source | extend SourceSystem = \'${replace(replace(sourceSystem, '\\', '\\\\'), '\'', '\\\'')}\''
        : 'source'
      outputStream: item.outputStream
    })
  }
}

// Monitoring Metrics Publisher: posting rows to this rule, and to no other.
resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(rule.id, principalId, '3913510d-42f4-4e42-8a64-420c390055eb')
  scope: rule
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '3913510d-42f4-4e42-8a64-420c390055eb'
    )
  }
}

output endpoint string = rule.properties.endpoints.logsIngestion
output immutableId string = rule.properties.immutableId
