// Flowtrap, whole: the function app with its identity, storage and queues, the events of the watched storage accounts, the data
// collection rule and tables in the workspace, the ThreatConnect secret, and every role that this needs.
import { optionalSettings, sourceAccount, table } from 'modules/types.bicep'

@description('Region of everything that is made here (the data collection rule goes where the workspace is).')
param location string = resourceGroup().location

@description('Begins the names of what is made.')
@minLength(3)
@maxLength(12)
param name string = 'flowtrap'

@description('The storage accounts and containers that flow logs land in.')
@minLength(1)
param sources sourceAccount[]

@description('Resource id of the Log Analytics workspace with Microsoft Sentinel. Empty: a new one is made.')
param workspaceId string = ''

@description('Who makes incidents: Flowtrap through the Sentinel API, or a native rule over FlowtrapAlerts_CL (workspaces in the Defender portal).')
param incidentsBy 'api' | 'nativeRule' = 'api'

@description('The ThreatConnect instance with its API path, for example https://app.threatconnect.com/api.')
param threatConnectUrl string

@description('Access id for HMAC authentication. Empty: the secret is an API token.')
param threatConnectAccessId string = ''

@description('Secret key of the access id, or API token. Empty leaves the one that an earlier deployment put into the key vault.')
@secure()
param threatConnectSecret string = ''

@description('Whether the data collection rule sets SourceSystem of indicators: for when health says that it did not arrive as sent.')
param setSourceSystem bool = false

@description('Settings beyond the necessary.')
param settings optionalSettings = {}

var suffix = uniqueString(resourceGroup().id, name)
var appName = '${name}-${suffix}'
var storageName = take(toLower(replace('${name}${suffix}', '-', '')), 24)
var vaultName = take('${name}-${suffix}', 24)
var blobQueue = 'flowtrap-blobs'
var runQueue = 'flowtrap-runs'
var rulesContainer = 'flowtrap-rules'
var packageContainer = 'app-package'
var undeliveredContainer = 'flowtrap-undelivered'

// The same table descriptions that the code writes by.
var tables table[] = loadJsonContent('../shared/azure/streams.json')

var newWorkspace = empty(workspaceId)
var workspaceName = newWorkspace ? appName : last(split(workspaceId, '/'))
var workspaceSubscription = newWorkspace ? subscription().subscriptionId : split(workspaceId, '/')[2]
var workspaceGroup = newWorkspace ? resourceGroup().name : split(workspaceId, '/')[4]
var workspaceResourceId = newWorkspace
  ? resourceId('Microsoft.OperationalInsights/workspaces', workspaceName)
  : workspaceId

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: appName
  location: location
}

module storage 'modules/storage.bicep' = {
  name: 'flowtrap-storage'
  params: {
    name: storageName
    location: location
    principalId: identity.properties.principalId
    queues: [blobQueue, runQueue]
    rulesContainer: rulesContainer
    packageContainer: packageContainer
    undeliveredContainer: undeliveredContainer
  }
}

module workspace 'modules/newWorkspace.bicep' = if (newWorkspace) {
  name: 'flowtrap-workspace'
  params: { name: workspaceName, location: location }
}

module workspaceTables 'modules/workspaceTables.bicep' = {
  name: 'flowtrap-tables-${suffix}'
  scope: resourceGroup(workspaceSubscription, workspaceGroup)
  params: {
    workspaceName: workspaceName
    principalId: identity.properties.principalId
    tables: filter(tables, item => endsWith(item.table, '_CL'))
    raisesIncidents: incidentsBy == 'api'
  }
  dependsOn: [workspace]
}

module ingestion 'modules/ingestion.bicep' = {
  name: 'flowtrap-ingestion'
  params: {
    name: appName
    location: workspaceTables.outputs.location
    workspaceId: workspaceResourceId
    tables: tables
    principalId: identity.properties.principalId
    sourceSystem: setSourceSystem ? 'ThreatConnect-${settings.?THREATCONNECT_ALIAS ?? 'Flowtrap'}' : ''
  }
}

module secrets 'modules/secrets.bicep' = {
  name: 'flowtrap-secrets'
  params: {
    name: vaultName
    location: location
    principalId: identity.properties.principalId
    threatConnectSecret: threatConnectSecret
  }
}

module sourceAccounts 'modules/sourceAccount.bicep' = [
  for source in sources: {
    name: 'flowtrap-source-${uniqueString(source.id, suffix)}'
    scope: resourceGroup(split(source.id, '/')[2], split(source.id, '/')[4])
    params: {
      accountName: last(split(source.id, '/'))
      location: source.?location ?? location
      existingTopic: source.?systemTopic ?? ''
      containers: source.containers
      principalId: identity.properties.principalId
    }
  }
]

module topicAccess 'modules/topicAccess.bicep' = [
  for (source, i) in sources: {
    name: 'flowtrap-topic-${uniqueString(source.id, suffix)}'
    params: {
      storageName: storageName
      queue: blobQueue
      undeliveredContainer: undeliveredContainer
      principalId: sourceAccounts[i].outputs.topicPrincipalId
    }
    dependsOn: [storage]
  }
]

module eventSubscriptions 'modules/eventSubscriptions.bicep' = [
  for (source, i) in sources: {
    name: 'flowtrap-events-${uniqueString(source.id, suffix)}'
    scope: resourceGroup(split(source.id, '/')[2], split(source.id, '/')[4])
    params: {
      topicName: sourceAccounts[i].outputs.topicName
      containers: source.containers
      storageId: storage.outputs.id
      queue: blobQueue
      undeliveredContainer: undeliveredContainer
    }
    dependsOn: [topicAccess[i]]
  }
]

var watched = flatten(map(
  sources,
  source => map(source.containers, item => union({ account: last(split(source.id, '/')) }, item))
))
var threatConnectSettings = empty(threatConnectAccessId)
  ? { THREATCONNECT_TOKEN: secrets.outputs.reference }
  : { THREATCONNECT_ACCESS_ID: threatConnectAccessId, THREATCONNECT_SECRET_KEY: secrets.outputs.reference }

module functionApp 'modules/functionApp.bicep' = {
  name: 'flowtrap-app'
  params: {
    name: appName
    location: location
    identityId: identity.id
    identityClientId: identity.properties.clientId
    principalId: identity.properties.principalId
    workspaceId: workspaceResourceId
    packageContainerUrl: '${storage.outputs.blobEndpoint}${packageContainer}'
    settings: union(settings, threatConnectSettings, {
      AzureWebJobsStorage__accountName: storageName
      AzureWebJobsStorage__credential: 'managedidentity'
      AzureWebJobsStorage__clientId: identity.properties.clientId
      AZURE_CLIENT_ID: identity.properties.clientId
      BLOB_QUEUE: blobQueue
      RUN_QUEUE: runQueue
      RULES_CONTAINER: rulesContainer
      FLOW_CONTAINERS: string(watched)
      INGESTION_ENDPOINT: ingestion.outputs.endpoint
      INGESTION_RULE_ID: ingestion.outputs.immutableId
      LOG_ANALYTICS_WORKSPACE_ID: workspaceTables.outputs.customerId
      SENTINEL_WORKSPACE: workspaceResourceId
      INCIDENTS_BY: incidentsBy
      THREATCONNECT_URL: threatConnectUrl
    })
  }
}

output functionAppName string = appName
output healthUrl string = 'https://${functionApp.outputs.hostName}/api/health'
output storageName string = storageName
output vaultName string = vaultName
output workspaceId string = workspaceResourceId
