/** AWS GuardDuty: rows of AWSGuardDuty, and the findings as they are exported to storage. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type Scene, type SourceSample } from './scene';

const ACCOUNT = '111122223333';
const REGION = 'eu-west-1';

const instanceOf = (address: string): string =>
  `i-${Buffer.from(address).toString('hex').padStart(17, '0').slice(-17)}`;

function action(one: Conversation): object {
  const [local, remote] = one.inbound ? [one.destination, one.source] : [one.source, one.destination];
  const ends = {
    localIpDetails: { ipAddressV4: local },
    remoteIpDetails: { ipAddressV4: remote, country: { countryName: 'Netherlands' }, organization: { org: 'Example' } },
  };
  if (one.inbound) {
    const probe = { ...ends, localPortDetails: { port: one.port, portName: 'Unknown' } };
    return { actionType: 'PORT_PROBE', portProbeAction: { blocked: false, portProbeDetails: [probe] } };
  }
  return {
    actionType: 'NETWORK_CONNECTION',
    networkConnectionAction: {
      ...ends,
      blocked: !one.allowed,
      connectionDirection: 'OUTBOUND',
      protocol: 'TCP',
      localPortDetails: { port: one.sourcePort, portName: 'Unknown' },
      remotePortDetails: { port: one.port, portName: 'Unknown' },
    },
  };
}

/** A finding, as it is exported. */
function finding(one: Conversation) {
  const local = one.inbound ? one.destination : one.source;
  const id = one.number.toString(16).padStart(32, '0');
  return {
    schemaVersion: '2.0',
    accountId: ACCOUNT,
    region: REGION,
    partition: 'aws',
    id,
    arn: `arn:aws:guardduty:${REGION}:${ACCOUNT}:detector/d1/finding/${id}`,
    type: one.inbound ? 'Recon:EC2/PortProbeUnprotectedPort' : 'Backdoor:EC2/C&CActivity.B',
    resource: {
      resourceType: 'Instance',
      instanceDetails: {
        instanceId: instanceOf(local),
        instanceType: 't3.micro',
        networkInterfaces: [{ vpcId: 'vpc-0a', subnetId: 'subnet-0a', privateIpAddress: local }],
      },
    },
    service: {
      serviceName: 'guardduty',
      action: action(one),
      eventFirstSeen: one.start.toISOString(),
      eventLastSeen: one.end.toISOString(),
      count: 1,
    },
    severity: one.inbound ? 2 : 8,
    createdAt: one.end.toISOString(),
    updatedAt: one.end.toISOString(),
    title: 'A sample.',
  };
}

function row(one: Conversation): object {
  const told = finding(one);
  return {
    TimeGenerated: told.updatedAt,
    Id: told.id,
    Arn: told.arn,
    AccountId: told.accountId,
    Region: told.region,
    Partition: told.partition,
    SchemaVersion: told.schemaVersion,
    ActivityType: told.type,
    Severity: told.severity,
    Title: told.title,
    TimeCreated: told.createdAt,
    ServiceDetails: told.service,
    ResourceDetails: told.resource,
  };
}

function fileName(scene: Scene): string {
  const [year, month, day] = scene.start.toISOString().split(/[-T]/);
  return `AWSLogs/${ACCOUNT}/GuardDuty/${REGION}/${year}/${month}/${day}/00000000-0000-4000-8000-000000000001.jsonl`;
}

export const awsGuardDuty: SourceSample = {
  source: 'awsGuardDuty',
  table: 'AWSGuardDuty',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows('AWSGuardDuty', scene, all.map(row)),
      { container: 'guardduty', name: fileName(scene), content: jsonLines(all.map(finding)) },
    ];
  },
};
