/** ThreatIntelligenceIndicator: the columns that Flowtrap writes (names and types: Azure Monitor table reference). */
import type { TableDefinition } from '../tableDefinition';

/**
 * One row says how one observable stands from TimeGenerated on; the newest row per IndicatorId counts. Columns that
 * ThreatConnect says nothing about (kill chain, directions, e-mail transport …) are left out.
 */
export const INDICATOR_TABLE: TableDefinition = {
  table: 'ThreatIntelligenceIndicator',
  stream: 'Custom-ThreatIntelligenceIndicator',
  outputStream: 'Microsoft-ThreatIntelligenceIndicator',
  columns: [
    { name: 'TimeGenerated', type: 'datetime' },
    { name: 'IndicatorId', type: 'string' },
    { name: 'ExternalIndicatorId', type: 'string' },
    { name: 'SourceSystem', type: 'string' },
    { name: 'IndicatorProvider', type: 'string' },
    { name: 'Active', type: 'boolean' },
    { name: 'ExpirationDateTime', type: 'datetime' },
    { name: 'ConfidenceScore', type: 'real' },
    { name: 'ThreatSeverity', type: 'int' },
    { name: 'ThreatType', type: 'string' },
    { name: 'Description', type: 'string' },
    { name: 'Tags', type: 'string' },
    { name: 'TrafficLightProtocolLevel', type: 'string' },
    { name: 'ActivityGroupNames', type: 'string' },
    { name: 'MalwareNames', type: 'string' },
    { name: 'KnownFalsePositives', type: 'string' },
    { name: 'Action', type: 'string' },
    { name: 'PassiveOnly', type: 'boolean' },
    { name: 'AdditionalInformation', type: 'string' },
    { name: 'NetworkIP', type: 'string' },
    { name: 'NetworkSourceIP', type: 'string' },
    { name: 'NetworkDestinationIP', type: 'string' },
    { name: 'EmailSourceIpAddress', type: 'string' },
    { name: 'NetworkCidrBlock', type: 'string' },
    { name: 'NetworkSourceAsn', type: 'int' },
    { name: 'NetworkDestinationAsn', type: 'int' },
    { name: 'DomainName', type: 'string' },
    { name: 'Url', type: 'string' },
    { name: 'EmailSenderAddress', type: 'string' },
    { name: 'EmailSourceDomain', type: 'string' },
    { name: 'EmailSubject', type: 'string' },
    { name: 'FileHashType', type: 'string' },
    { name: 'FileHashValue', type: 'string' },
    { name: 'FileSize', type: 'int' },
    { name: 'FileName', type: 'string' },
    { name: 'FilePath', type: 'string' },
    { name: 'FileMutexName', type: 'string' },
    { name: 'UserAgent', type: 'string' },
  ],
};
