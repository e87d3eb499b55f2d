// One storage account that flow logs land in: the app may read the watched containers, and an Event Grid topic tells of new blobs.
// Deployed to the account's resource group.
import { watchedContainer } from 'types.bicep'

param accountName string
param location string

@description('Name of the account\'s system topic when it has one; empty: one is made.')
param existingTopic string
param containers watchedContainer[]

@description('Principal that the app works as.')
param principalId string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: accountName

  resource blobService 'blobServices' existing = {
    name: 'default'
  }
}

// Two watched prefixes may lie in one container.
var containerNames = union(map(containers, item => item.container), [])

resource blobContainers 'Microsoft.Storage/storageAccounts/blobServices/containers@2024-01-01' existing = [
  for container in containerNames: {
    parent: account::blobService
    name: container
  }
]

// Storage Blob Data Reader: normalizing reads blobs and lists the container; it never writes there.
resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (container, i) in containerNames: {
    name: guid(account.id, container, principalId, '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1')
    scope: blobContainers[i]
    properties: {
      principalId: principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
      )
    }
  }
]

resource newTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (empty(existingTopic)) {
  name: 'flowtrap-${accountName}'
  location: location
  identity: { type: 'SystemAssigned' }
  properties: {
    source: account.id
    topicType: 'Microsoft.Storage.StorageAccounts'
  }
}

resource oldTopic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (!empty(existingTopic)) {
  name: empty(existingTopic) ? 'none' : existingTopic
}

output topicName string = empty(existingTopic) ? newTopic.name : existingTopic
output topicPrincipalId string = empty(existingTopic) ? newTopic!.identity.principalId : oldTopic!.identity.principalId
