// The app's own storage account: what the Functions host keeps, Flowtrap's state, queues, dead letters and rule files.
param name string
param location string

@description('Principal that the app works as.')
param principalId string

@description('Queues of blob events and of requested reruns; the host parks what it gives up on in NAME-poison.')
param queues string[]

@description('Container of rule files.')
param rulesContainer string

@description('Container that the app is deployed from.')
param packageContainer string

@description('Container for events that Event Grid could not deliver.')
param undeliveredContainer string

var containers = [
  packageContainer
  'flowtrap-state'
  'flowtrap-dead-letters'
  undeliveredContainer
  rulesContainer
]

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' = {
  name: name
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    allowBlobPublicAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: 'Enabled'
  }
}

resource blobService 'Microsoft.Storage/storageAccounts/blobServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' = [
  for container in containers: {
    parent: blobService
    name: container
    properties: { publicAccess: 'None' }
  }
]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2024-01-01' = {
  parent: account
  name: 'default'
}

resource messageQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2024-01-01' = [
  for queue in flatten(map(queues, name => [name, '${name}-poison'])): {
    parent: queueService
    name: queue
  }
]

// A checkpoint that was not touched for 30 days belongs to a blob that has long stopped growing: the sweep looks back 7 days. A lock
// document is made again when it is needed, and cannot be deleted while it is held.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2024-01-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'remove-old-checkpoints'
          enabled: true
          type: 'Lifecycle'
          definition: {
            filters: {
              blobTypes: ['blockBlob']
              prefixMatch: [
                'flowtrap-state/checkpoints/'
                'flowtrap-state/checkpoints-by-digest/'
                'flowtrap-state/locks/'
              ]
            }
            actions: {
              baseBlob: {
                delete: { daysAfterModificationGreaterThan: 30 }
              }
            }
          }
        }
      ]
    }
  }
  dependsOn: [blobContainers]
}

// Storage Blob Data Owner: the host's locks, keys and deployment package, Flowtrap's state with leases, dead letters, rule files.
resource blobOwner 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b')
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
    )
  }
}

// Storage Queue Data Contributor: the host takes, renews and parks messages; a long rerun queues its own remainder.
resource queueContributor 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account.id, principalId, '974c5e8b-45b9-4653-ba55-5f855dd0fb88')
  scope: account
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
    )
  }
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
