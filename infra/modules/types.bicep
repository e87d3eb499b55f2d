// Types that several modules share.

@export()
type column = {
  name: string
  type: 'string' | 'int' | 'long' | 'real' | 'boolean' | 'dynamic' | 'datetime'
  description: string?
}

@export()
@description('A table that Flowtrap writes, as shared/azure/streams.json describes it.')
type table = {
  table: string
  stream: string
  outputStream: string
  columns: column[]
}

@export()
@sealed()
@description('A container whose blobs are flow logs.')
type watchedContainer = {
  container: string
  @description('Only blobs whose names begin so.')
  prefix: string?
  @description('Pins the container to one log source instead of recognising it.')
  source: string?
}

@export()
@sealed()
@description('A storage account that flow logs land in.')
type sourceAccount = {
  @description('Resource id of the account; it may lie in any resource group of the tenant.')
  id: string
  @description('Region of the account, when it is not the deployment\'s.')
  location: string?
  @description('Name of the account\'s Event Grid system topic, when it has one already: an account can have only one. It must have a system-assigned identity.')
  systemTopic: string?
  @minLength(1)
  containers: watchedContainer[]
}

@export()
@sealed()
@description('Settings that have a default or may stay away; docs/settings.md says what each is for.')
type optionalSettings = {
  FLOW_START: string?
  INTERNAL_NETWORKS: string?
  THREATCONNECT_OWNERS: string?
  THREATCONNECT_FILTER: string?
  THREATCONNECT_ALIAS: string?
  PULL_INDICATORS_SCHEDULE: string?
  SWEEP_FLOWS_SCHEDULE: string?
  DETECT_SCHEDULE: string?
  DETECT_DELAY: string?
}
