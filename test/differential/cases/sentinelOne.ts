import { type Case, pick, timeOf } from '../case';

export const sentinelOne: Case = {
  source: 'sentinelOne',
  table: 'SentinelOne_CL',
  change: (n) => ({
    event_name_s: 'Alerts.',
    alertInfo_eventType_s: pick(n, 1, 'TCPV4', 'TCPV6', 'UDPV4'),
    alertInfo_netEventDirection_s: pick(n, 2, 'OUTGOING', 'INCOMING'),
    alertInfo_srcIp_s: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    alertInfo_srcPort_s: '51512',
    alertInfo_dstIp_s: pick(n, 5, '198.51.100.23', '10.1.2.3'),
    alertInfo_dstPort_s: String(pick(n, 7, 443, 22)),
    alertInfo_dvEventId_s: `event-${String(n).padStart(6, '0')}`,
    alertInfo_createdAt_t: timeOf(n),
    alertInfo_analystVerdict_s: pick(n, 1, 'FALSE_POSITIVE', 'Undefined', 'SUSPICIOUS', 'TRUE_POSITIVE', ''),
    ruleInfo_treatAsThreat_s: pick(n, 3, 'UNDEFINED', 'Suspicious', 'Malicious', 'other'),
    ruleInfo_severity_s: pick(n, 2, 'Low', 'Medium', 'High', 'Critical', 'Unknown'),
    agentDetectionInfo_name_s: pick(n, 4, 'pc1', 'srv1.example.net'),
    agentDetectionInfo_machineType_s: pick(n, 3, 'laptop', 'server', 'kubernetes node', 'toaster'),
    sourceProcessInfo_user_s: pick(n, 5, 'EXAMPLE\\alice', 'bob@example.net', ''),
    sourceProcessInfo_filePath_s: pick(n, 3, 'C:\\app\\a.exe', ''),
    sourceProcessInfo_name_s: 'a.exe',
  }),
};
