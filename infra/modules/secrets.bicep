// A key vault for the one secret that no identity replaces: ThreatConnect's secret key or API token.
param name string
param location string

@description('Principal that the app works as.')
param principalId string

@description('The secret; empty leaves the one that is there.')
@secure()
param threatConnectSecret string

var secretName = 'threatconnect-secret'

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' = {
  name: name
  location: location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
  }
}

resource secret 'Microsoft.KeyVault/vaults/secrets@2024-11-01' = if (!empty(threatConnectSecret)) {
  parent: vault
  name: secretName
  properties: {
    value: threatConnectSecret
    contentType: 'ThreatConnect secret key or API token'
  }
}

// Key Vault Secrets User: the app settings refer to the secret. The vault holds nothing else.
resource reader 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(vault.id, principalId, '4633458b-17de-408a-b874-0445c86b69e6')
  scope: vault
  properties: {
    principalId: principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      '4633458b-17de-408a-b874-0445c86b69e6'
    )
  }
}

@description('What an app setting holds instead of the secret.')
output reference string = '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${secretName})'
