// What Flowtrap needs inside the workspace: its own two tables, and the right to query and to raise incidents.
// Deployed to the workspace's resource group, wherever that is.
import { table } from 'types.bicep'

param workspaceName string

@description('Principal that the app works as.')
param principalId string

@description('Tables of our own (names ending in _CL).')
param tables table[]

@description('Whether Flowtrap raises incidents through the Sentinel API.')
param raisesIncidents bool

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-02-01' existing = {
  name: workspaceName
}

resource customTables 'Microsoft.OperationalInsights/workspaces/tables@2025-02-01' = [
  for item in tables: {
    parent: workspace
    name: item.table
    properties: {
      plan: 'Analytics'
      schema: {
        name: item.table
        columns: map(item.columns, column => {
          name: column.name
          // A stream says datetime, a table says dateTime.
          type: column.type == 'datetime' ? 'dateTime' : column.type
          description: column.?description
        })
      }
    }
  }
]

// Log Analytics Reader: detect runs the rules' queries, and reads its own alerts back when its state is gone.
resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(workspace.id, principalId, '73c42c96-874c-492b-b04d-ab87d138a893')
  scope: workspace
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '73c42c96-874c-492b-b04d-ab87d138a893'
    )
  }
}

// Microsoft Sentinel Responder: makes and updates incidents, their comments and relations. On the resource group, because Sentinel
// also looks at the solution resource beside the workspace.
resource responder 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (raisesIncidents) {
  name: guid(resourceGroup().id, principalId, '3e150937-b8fe-4cfb-8069-0eaf05ecd056')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '3e150937-b8fe-4cfb-8069-0eaf05ecd056'
    )
  }
}

// Evidence rows are bookmarks, which Responder does not surely write. The built-in role that does (Contributor) could also switch
// off every detection of the workspace; so this role holds nothing but the bookmarks.
resource bookmarkWriter 'Microsoft.Authorization/roleDefinitions@2022-04-01' = if (raisesIncidents) {
  name: guid(resourceGroup().id, 'flowtrap-bookmark-writer')
  properties: {
    roleName: 'Flowtrap bookmark writer (${resourceGroup().name}, ${uniqueString(resourceGroup().id)})'
    description: 'Reads and writes the bookmarks of Microsoft Sentinel that hold the evidence of incidents.'
    type: 'CustomRole'
    assignableScopes: [resourceGroup().id]
    permissions: [
      {
        actions: [
          'Microsoft.SecurityInsights/bookmarks/read'
          'Microsoft.SecurityInsights/bookmarks/write'
        ]
      }
    ]
  }
}

resource bookmarks 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (raisesIncidents) {
  name: guid(resourceGroup().id, principalId, 'flowtrap-bookmark-writer')
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: bookmarkWriter.id
  }
}

output location string = workspace.location
output customerId string = workspace.properties.customerId
