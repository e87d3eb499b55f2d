/** How a blob finds its source: pinning, path, first bytes, then record by record. */
import { describe, expect, it } from 'vitest';
import { kindsOf, normalizeAll, open, sessionsOf } from './normalizing';

const AWS = '2 111122223333 eni-01 203.0.113.9 10.0.1.5 40022 22 6 1 44 1772445612 1772445640 REJECT OK';
const CEF =
  'CEF:0|Palo Alto Networks|PAN-OS|10.2.4|end|TRAFFIC|1|start=Mar 02 2026 10:00:12 GMT src=10.0.1.5 dst=198.51.100.20 act=allow';
const VNET =
  '{"time":"2026-03-02T10:01:00Z","flowLogVersion":4,"macAddress":"6045BD112233","category":"FlowLogFlowEvent","flowRecords":{"flows":[{"aclID":"a","flowGroups":[{"rule":"r","flowTuples":["1772445612123,192.0.2.10,10.0.1.5,51512,443,6,I,B,NX,0,0,0,0"]}]}]}}';
const FIREWALL =
  '{"category":"AZFWNetworkRule","time":"2026-03-02T10:00:12Z","resourceId":"/X","properties":{"Protocol":"TCP","SourceIp":"10.0.1.5","SourcePort":1,"DestinationIp":"198.51.100.20","DestinationPort":443,"Action":"Allow"}}';
const ROW =
  '{"TimeGenerated":"2026-03-02T10:01:00Z","Direction":"outbound","SourceIp":"10.0.1.5","DestinationIp":"198.51.100.20","LinksEstablished":1,"Type":"VMConnection"}';

/** The source that a content is found to be of. */
function sourceOf(content: string | Buffer, options: Parameters<typeof open>[0] = {}): string | undefined {
  const normalizer = open(options);
  [...normalizer.feed(Buffer.from(content)), ...normalizer.end(true)];
  return normalizer.source;
}

describe('first bytes', () => {
  it.each([
    ['awsVpc', `${AWS}\n`],
    ['awsVpc', `version account-id srcaddr dstaddr start\n`.concat('5 111122223333 10.0.1.5 10.0.1.6 1772445612\n')],
    ['azureVnet', `{"records":[${VNET}]}`],
    ['azureVnet', `\ufeff{"records":[${VNET}`],
    ['azureFirewall', `${FIREWALL}\n${FIREWALL}\n`],
    ['azureFirewall', `{"records":[${FIREWALL},${FIREWALL}]}`],
    ['azureFirewall', `[${FIREWALL}]`],
    ['azureFirewall', `\n\n  ${JSON.stringify(JSON.parse(FIREWALL), null, 2)}`],
    ['paloAltoPanOs', `${CEF}\r\n`],
    ['vmConnection', ROW],
    [
      'vmConnection',
      'Type,TimeGenerated,Direction,SourceIp,DestinationIp,LinksEstablished\nVMConnection,2026-03-02T10:01:00Z,inbound,10.0.1.6,10.0.1.5,1\n',
    ],
  ])('tell %s', (source, content) => {
    expect(sourceOf(content)).toBe(source);
  });

  it('are waited for, one by one', () => {
    for (const content of [`{"records":[${VNET}]}`, `${FIREWALL}\n`, `${CEF}\n`, `${AWS}\n`]) {
      const bytes = Buffer.from(content);
      const normalizer = open();
      const outcomes = [];
      for (const byte of bytes) outcomes.push(...normalizer.feed(Buffer.of(byte)));
      outcomes.push(...normalizer.end(true));
      expect(kindsOf(outcomes)).toEqual(['session']);
    }
  });
});

describe('a path', () => {
  it.each([
    ['azureVnet', 'insights-logs-flowlogflowevent', 'x/PT1H.json'],
    ['azureVnet', 'copied', 'flowLogResourceID=/X/y=2026/PT1H.json'],
    ['azureNsg', 'insights-logs-networksecuritygroupflowevent', 'x/PT1H.json'],
    ['azureFirewall', 'insights-logs-azurefirewallnetworkrule', 'x/PT1H.json'],
    ['azureFirewall', 'insights-logs-azfwthreatintel', 'x/PT1H.json'],
    ['awsVpc', 'aws', 'AWSLogs/1/vpcflowlogs/eu-west-1/2026/03/02/x.log.gz'],
    ['awsVpc', 'aws', 'AWSLogs/aws-account-id=1/aws-service=vpcflowlogs/x.log.parquet'],
    ['awsVpc', 'aws', '111122223333_vpcflowlogs_eu-west-1_fl-01_20260302T1000Z_abc.log'],
  ])('vouches for %s before a byte is read: %s/%s', (source, container, name) => {
    expect(open({ container, name }).source).toBe(source);
    expect(open({ container: container.toUpperCase(), name: name.toUpperCase() }).source).toBe(source);
  });

  it('of flow logs makes of anything else damage, not another format', () => {
    const path = { container: 'insights-logs-flowlogflowevent', name: 'x/PT1H.json' };
    expect(kindsOf(normalizeAll(`${AWS}\n${VNET}\n`, path))).toEqual(['dead:notARecord', 'session']);
  });

  it('of lines leaves the form to the first bytes', () => {
    const path = { container: 'aws', name: 'AWSLogs/1/vpcflowlogs/x.log.gz' };
    const record = '{"version":2,"srcaddr":"10.0.1.5","dstaddr":"198.51.100.20","start":1772445612,"action":"ACCEPT"}';
    expect(sessionsOf(normalizeAll(record, path))).toMatchObject([{ DstIpAddr: '198.51.100.20', DvcAction: 'Allow' }]);
    expect(kindsOf(normalizeAll('2 111122223333 eni-01 cut\n', path))).toEqual(['dead:tooFewFields']);
  });

  it('of exported rows names the table that rows leave out', () => {
    const { Type, ...row } = JSON.parse(ROW);
    const { LinksEstablished, ...bare } = row;
    expect(kindsOf(normalizeAll(JSON.stringify(bare), { container: 'am-vmconnection' }))).toEqual(['session']);
    expect(() => normalizeAll(JSON.stringify(bare))).toThrow('no source knows this format');
  });
});

describe('a pinned container', () => {
  it('asks no other source', () => {
    const content = `${AWS}\n${CEF}\n`;
    expect(kindsOf(normalizeAll(content))).toEqual(['session', 'session']);
    expect(kindsOf(normalizeAll(content, { source: 'awsVpc' }))).toEqual(['session', 'dead:tooFewFields']);
    expect(kindsOf(normalizeAll(content, { source: 'paloAltoPanOs' }))).toEqual(['dead:noSource', 'session']);
  });

  it('prevails over the path', () => {
    const path = { container: 'insights-logs-flowlogflowevent', name: 'x/PT1H.json' };
    expect(kindsOf(normalizeAll(`${AWS}\n`, { ...path, source: 'awsVpc' }))).toEqual(['session']);
  });
});

describe('a file that mixes products', () => {
  it('has each record find its own', () => {
    const content = [FIREWALL, ROW, FIREWALL, VNET, ROW].join('\n');
    expect(kindsOf(normalizeAll(content))).toEqual(['session', 'session', 'session', 'session', 'session']);
    expect(sourceOf(content)).toBe('mixed');
  });

  it('counts resource logs of other services and rows of other tables as another product’s', () => {
    const vault = '{"category":"AuditEvent","time":"2026-03-02T10:00:00Z","resourceId":"/Y","properties":{}}';
    const signIn = '{"TimeGenerated":"2026-03-02T10:00:00Z","IPAddress":"10.0.0.1","Type":"SigninLogs"}';
    const noise = '{"a":1}';
    expect(kindsOf(normalizeAll([vault, noise, FIREWALL, vault, signIn, noise, ROW].join('\n')))).toEqual([
      'skipped:otherProduct',
      'dead:noSource',
      'session',
      'skipped:otherProduct',
      'skipped:otherProduct',
      'dead:noSource',
      'session',
    ]);
    // Where there is nothing else, the blob is none of ours.
    expect(() => normalizeAll(`${vault}\n${signIn}\n`)).toThrow('no source knows this format');
  });
});

describe('what nobody reads', () => {
  it.each([
    ['a zip archive', Buffer.from('PK\u0003\u0004....')],
    ['bzip2', Buffer.from('BZh91AY&SY')],
    ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x20, 0])],
    ['UTF-16 text', Buffer.from('\ufeffversion account-id\n', 'utf16le')],
  ])('is named in the refusal: %s', (name, content) => {
    expect(() => normalizeAll(content)).toThrow(`it looks like ${name}`);
  });
});
