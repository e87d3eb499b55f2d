/**
 * The enumerated values of the ASIM NetworkSession schema 0.2.7, as the schema's own tester accepts them (where its list and
 * the published schema differ, the one that lets a record through both). Origin and licence: NOTICE.
 */

const DEVICE_ID_TYPES = [
  'AzureResourceId',
  'MDEid',
  'MD4IoTid',
  'VMConnectionId',
  'AwsVpcId',
  'VectraId',
  'Other',
] as const;

export const ENUMERATIONS = {
  appType: ['Process', 'Service', 'Resource', 'URL', 'SaaS application', 'CSP', 'Other'],
  deviceType: ['Computer', 'Mobile Device', 'IOT Device', 'Other'],
  domainType: ['FQDN', 'Windows'],
  dvcIdType: [...DEVICE_ID_TYPES, 'AppGateId', 'FQDN'],
  srcDvcIdType: [...DEVICE_ID_TYPES, 'AppGateId', 'ForcepointId'],
  dstDvcIdType: [...DEVICE_ID_TYPES, 'AppGateId'],
  userIdType: ['SID', 'UID', 'AADID', 'OktaId', 'AWSId', 'PUID', 'SalesforceId', 'VectraUserId', 'MD4IoTid', 'Other'],
  usernameType: ['UPN', 'Windows', 'DN', 'Simple', 'AWSId'],
  userType: [
    'Regular',
    'Machine',
    'Admin',
    'System',
    'Application',
    'Service Principal',
    'Service',
    'Anonymous',
    'Guest',
    'Other',
  ],
  dvcAction: [
    'Allow',
    'Deny',
    'Drop',
    'Drop ICMP',
    'Reset',
    'Reset Source',
    'Reset Destination',
    'Encrypt',
    'Decrypt',
    'VPNroute',
  ],
  eventResult: ['Success', 'Partial', 'Failure', 'NA'],
  eventResultDetails: [
    'Failover',
    'Invalid TCP',
    'Invalid Tunnel',
    'Maximum Retry',
    'Reset',
    'Routing issue',
    'Simulation',
    'Terminated',
    'Timeout',
    'Transient error',
    'Unknown',
    'NA',
  ],
  eventSeverity: ['Informational', 'Low', 'Medium', 'High'],
  eventSubType: ['Start', 'End'],
  eventType: ['NetworkSession', 'Flow', 'EndpointNetworkSession', 'L2NetworkSession', 'IDS'],
  networkDirection: ['Inbound', 'Outbound', 'Local', 'External', 'Listen', 'NA'],
  networkProtocolVersion: ['IPv4', 'IPv6'],
  threatField: ['SrcIpAddr', 'DstIpAddr'],
} as const;

export type Enumeration = keyof typeof ENUMERATIONS;
export type ValueOf<E extends Enumeration> = (typeof ENUMERATIONS)[E][number];

/** Actions that make a session's result Failure and its severity at least Low. */
export const BLOCKING: ReadonlySet<unknown> = new Set<ValueOf<'dvcAction'>>([
  'Deny',
  'Drop',
  'Drop ICMP',
  'Reset',
  'Reset Source',
  'Reset Destination',
]);
