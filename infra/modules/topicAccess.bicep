// Lets an Event Grid topic deliver to the app's storage account.
param storageName string

@description('Queue of blob events.')
param queue string

@description('Container for events that could not be delivered.')
param undeliveredContainer string

@description('Identity of the topic.')
param principalId string

resource account 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: storageName

  resource queueService 'queueServices' existing = {
    name: 'default'

    resource blobEvents 'queues' existing = {
      name: queue
    }
  }

  resource blobService 'blobServices' existing = {
    name: 'default'

    resource undelivered 'containers' existing = {
      name: undeliveredContainer
    }
  }
}

// Storage Queue Data Message Sender: delivering events to the one queue, not reading them.
resource sender 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::queueService::blobEvents.id, principalId, 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a')
  scope: account::queueService::blobEvents
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
    )
  }
}

// Storage Blob Data Contributor: keeping the events that could not be delivered, in the one container.
resource undeliveredWriter 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(account::blobService::undelivered.id, principalId, 'ba92f5b4-2d11-453d-a403-e96b0029c9fe')
  scope: account::blobService::undelivered
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
    )
  }
}
