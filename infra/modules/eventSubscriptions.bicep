// The subscriptions that send an account's BlobCreated events to the blob queue: one for each watched container.
// Deployed to the account's resource group, after the topic may write to the queue.
import { watchedContainer } from 'types.bicep'

param topicName string
param containers watchedContainer[]

@description('Resource id of the app\'s storage account.')
param storageId string

@description('Queue of blob events.')
param queue string

@description('Container for events that could not be delivered.')
param undeliveredContainer string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: topicName
}

resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [
  for item in containers: {
    parent: topic
    name: 'flowtrap-${uniqueString(storageId, item.container, item.?prefix ?? '')}'
    properties: {
      eventDeliverySchema: 'EventGridSchema'
      deliveryWithResourceIdentity: {
        identity: { type: 'SystemAssigned' }
        destination: {
          endpointType: 'StorageQueue'
          properties: {
            resourceId: storageId
            queueName: queue
            // As long as the sweep looks back.
            queueMessageTimeToLiveInSeconds: 604800
          }
        }
      }
      deadLetterWithResourceIdentity: {
        identity: { type: 'SystemAssigned' }
        deadLetterDestination: {
          endpointType: 'StorageBlob'
          properties: {
            resourceId: storageId
            blobContainerName: undeliveredContainer
          }
        }
      }
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
      filter: {
        includedEventTypes: ['Microsoft.Storage.BlobCreated']
        // The ending /blobs/ keeps out containers whose names merely begin so.
        subjectBeginsWith: '/blobServices/default/containers/${item.container}/blobs/${item.?prefix ?? ''}'
        isSubjectCaseSensitive: true
      }
    }
  }
]
