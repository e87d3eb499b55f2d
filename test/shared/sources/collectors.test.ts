/** What collectors, relays and exports make of records: headers, wrappers, lists, tables in other forms. */
import { describe, expect, it } from 'vitest';
import { kindsOf, normalizeAll, type Session, sessionsOf } from './normalizing';

const RECORDS = {
  CEF: 'CEF:0|Palo Alto Networks|PAN-OS|10.2.4|end|TRAFFIC|1|start=Mar 02 2026 10:00:12 GMT src=10.0.1.5 dst=198.51.100.20 spt=51512 dpt=443 proto=tcp act=allow',
  ASA: '%ASA-6-302013: Built outbound TCP connection 42 for outside:198.51.100.20/443 (198.51.100.20/443) to inside:10.0.1.5/51512 (10.0.1.5/51512)',
  pairs:
    'date=2026-03-02 time=10:00:12 devname="fw1" devid="FG1" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" eventtime=1772445612000000000 srcip=10.0.1.5 srcport=51512 dstip=198.51.100.20 dstport=443 proto=6 action="close" policyid=1',
  JSON: '{"_path":"conn","ts":1772445612.0,"uid":"CAbcDe1fGhIjKlMnOp","id.orig_h":"10.0.1.5","id.orig_p":51512,"id.resp_h":"198.51.100.20","id.resp_p":443,"proto":"tcp","conn_state":"SF"}',
};
const ENDS = { SrcIpAddr: '10.0.1.5', DstIpAddr: '198.51.100.20', DstPortNumber: 443 };
const json = (value: unknown): string => JSON.stringify(value);
const csvCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const HEADERS: readonly (readonly [string, string])[] = [
  ['RFC 3164', '<134>Mar  2 10:00:13 fw1 '],
  ['RFC 3164 with a tag', '<134>Mar  2 10:00:13 fw1 app[12]: '],
  ['no priority', 'Mar  2 10:00:13 fw1 '],
  ['ISO time', '2026-03-02T10:00:13.123456+00:00 fw1 '],
  ['ISO time with a blank', '2026-03-02 10:00:13 fw1 '],
  ['ISO time in another zone', '<134>2026-03-02T11:00:13+01:00 fw1 '],
  ['RFC 5424', '<134>1 2026-03-02T10:00:13.5Z fw1 app 12 ID1 [x@1 a="b"] '],
  ['RFC 5424 with a byte order mark', '<134>1 2026-03-02T10:00:13.5Z fw1 - - - - \ufeff'],
  ['octet counting', '400 <134>1 2026-03-02T10:00:13.5Z fw1 - - - - '],
  ['a relay before', '<13>Mar  2 10:00:14 relay1 <134>Mar  2 10:00:13 fw1 '],
  ['a relay before, without priorities', 'Mar  2 10:00:14 relay1 Mar  2 10:00:13 fw1 '],
  ['a relay before, with ISO time', '2026-03-02T10:00:14.1+00:00 relay1 <134>Mar  2 10:00:13 fw1 '],
  ['RFC 5424 twice', '<13>1 2026-03-02T10:00:14Z relay1 - - - - <134>1 2026-03-02T10:00:13Z fw1 - - - - '],
  ['three of them', '<13>Mar  2 10:00:15 r2 <13>Mar  2 10:00:14 r1 <134>Mar  2 10:00:13 fw1 '],
  ['Logstash', '2026-03-02T10:00:13.000Z {name=fw1} '],
  ['Wazuh’s archives', '2026 Mar 02 10:00:14 fw1->198.51.100.7 Mar  2 10:00:13 fw1 '],
];
const WRAPPERS: readonly (readonly [string, (record: string) => string])[] = [
  ['message', (record) => json({ '@timestamp': '2026-03-02T10:00:13Z', host: { name: 'fw1' }, message: record })],
  ['message with a header', (record) => json({ host: 'relay1', message: `<134>Mar  2 10:00:13 fw1 ${record}` })],
  ['Docker’s log', (record) => json({ log: `${record}\n`, stream: 'stdout', time: '2026-03-02T10:00:13Z' })],
  ['journald', (record) => json({ MESSAGE: record, _HOSTNAME: 'fw1', __REALTIME_TIMESTAMP: '1772445613000000' })],
  ['rsyslog', (record) => json({ msg: ` ${record}`, hostname: 'fw1', timereported: '2026-03-02T10:00:13Z' })],
  ['syslog-ng', (record) => json({ MESSAGE: record, HOST: 'fw1', DATE: 'Mar  2 10:00:13', PRIORITY: 'info' })],
  ['CloudWatch', (record) => json({ logEvents: [{ id: '1', timestamp: 1772445613000, message: record }] })],
  ['Splunk', (record) => json({ preview: false, result: { _raw: record, host: 'fw1' } })],
  ['Splunk’s collector', (record) => json({ time: 1772445613, host: 'fw1', event: record })],
  ['Elastic', (record) => json({ _index: 'x', _source: { '@timestamp': '2026-03-02T10:00:13Z', message: record } })],
  ['an original event', (record) => json({ '@timestamp': '2026-03-02T10:00:13Z', event: { original: record } })],
  ['Graylog', (record) => json({ version: '1.1', host: 'fw1', short_message: 'x', full_message: record })],
  ['OpenTelemetry', (record) => json({ body: record })],
  ['Wazuh', (record) => json({ agent: { id: '000', name: 'siem' }, full_log: record, location: '198.51.100.7' })],
  ['the first that is known', (record) => json({ message: 'cut off', '@message': record, data: 'x' })],
  ['a Syslog row', (record) => json({ TimeGenerated: '2026-03-02T10:00:13Z', Computer: 'fw1', SyslogMessage: record })],
  ['a Syslog row by name', (record) => json({ Computer: 'fw1', SyslogMessage: record, Type: 'Syslog' })],
  ['three wrappers', (record) => json({ log: json({ message: json({ message: record }) }) })],
  ['a list', (record) => `[${json({ message: record })}]`],
  ['records', (record) => `{"records":[${json({ message: record })}]}`],
  ['a query’s answer', (record) => `{"@odata.context":"x","value":[${json({ message: record })}]}`],
  ['an API’s answer', (record) => `{"data":[${json({ message: record })}],"pagination":{"nextCursor":null}}`],
  ['several lines', (record) => `${JSON.stringify({ tags: ['a'], message: record }, null, 2)}\r\n`],
  ['Fluentd', (record) => `2026-03-02T10:00:13+00:00\tfw.log\t${json({ message: record })}`],
  ['CSV of lines', (record) => `"_raw","_time",host\r\n${csvCell(record)},1772445613,fw1\r\n`],
  [
    'CSV of Syslog rows',
    (record) => `TimeGenerated [UTC],Computer,SyslogMessage,Type\n3/2/2026,fw1,${csvCell(record)},Syslog\n`,
  ],
  ['Windows line ends', (record) => `\ufeff${record}\r\n`],
];

describe.each(Object.entries(RECORDS))('a record of %s', (_, record) => {
  it.each(HEADERS)('is read behind the header of %s', (_name, header) => {
    const outcomes = normalizeAll(`${header}${record}\n`);
    expect(kindsOf(outcomes)).toEqual(['session']);
    expect(sessionsOf(outcomes)[0]).toMatchObject(ENDS);
  });

  it.each(WRAPPERS)('is read out of %s', (_name, wrap) => {
    const outcomes = normalizeAll(wrap(record));
    expect(kindsOf(outcomes)).toEqual(['session']);
    expect(sessionsOf(outcomes)[0]).toMatchObject(ENDS);
  });
});

describe('the device and the time of a line without its own', () => {
  const one = (content: string): Session | undefined => sessionsOf(normalizeAll(content))[0];

  it.each(HEADERS)('are those of the header of %s', (_, header) => {
    expect(one(header + RECORDS.ASA)).toMatchObject({
      DvcHostname: 'fw1',
      EventEndTime: expect.stringMatching(/^2026-03-02T10:00:13/) as string,
    });
    expect(one(header + RECORDS.CEF)).toMatchObject({ SrcIpAddr: '10.0.1.5' });
  });

  it.each(WRAPPERS.filter(([name]) => /message$|header|journald|rsyslog|collector|Syslog row$/.test(name)))(
    'are told by %s',
    (_, wrap) => {
      const told = { DvcHostname: 'fw1', EventEndTime: '2026-03-02T10:00:13.000Z' };
      expect(one(wrap(RECORDS.ASA))).toMatchObject(told);
      expect(one(wrap(RECORDS.CEF))).toMatchObject({ DvcHostname: 'fw1' });
    },
  );
});

describe('wrappers', () => {
  it('that hold what nobody knows are another product’s only where they surely hold lines', () => {
    expect(kindsOf(normalizeAll('{"message":"hello"}\n{"log":"world"}'))).toEqual([
      'skipped:otherProduct',
      'skipped:otherProduct',
    ]);
    for (const content of ['{"text":"hello"}', '{"event":{"a":1}}', '{"data":"x","value":{"b":2}}'])
      expect(() => normalizeAll(content)).toThrow(expect.objectContaining({ code: 'unknownFormat' }) as Error);
  });

  it('are opened to some depth only', () => {
    let objects = '{"message":"x"}';
    for (let depth = 0; depth < 50; depth++) objects = `{"event":${objects}}`;
    expect(() => normalizeAll(objects)).toThrow(expect.objectContaining({ code: 'unknownFormat' }) as Error);
    let texts = RECORDS.JSON;
    for (let depth = 0; depth < 8; depth++) texts = json({ message: texts });
    expect(kindsOf(normalizeAll(texts))).toEqual(['skipped:otherProduct']);
  });
});

describe('CSV of a product’s own records', () => {
  it.each([
    [
      'ts,uid,id.orig_h,id.resp_h,id.resp_p,proto,conn_state',
      '1772445612.5,CAbcDe1fGhIjKlMnOp,10.0.1.5,198.51.100.20,443,tcp,SF',
    ],
    [
      'EventType,EventTime,AgentUUID,SrcIP,DstIP,DstPort',
      'IP Connect,2026-03-02T10:00:12Z,abc,10.0.1.5,198.51.100.20,443',
    ],
    [
      'type,device_timestamp,local_ip,remote_ip,remote_port,netconn_inbound',
      'endpoint.event.netconn,2026-03-02 10:00:12 +0000 UTC,10.0.1.5,198.51.100.20,443,false',
    ],
  ])('is read by %s', (header, line) => {
    const outcomes = normalizeAll(`${header}\n${line}\n`);
    expect(kindsOf(outcomes)).toEqual(['session']);
    expect(sessionsOf(outcomes)[0]).toMatchObject(ENDS);
  });
});

describe('rows of a table', () => {
  const ROW = {
    TimeGenerated: '2026-03-02T10:01:00Z',
    DeviceVendor: 'Palo Alto Networks',
    DeviceProduct: 'PAN-OS',
    DeviceEventClassID: 'end',
    Activity: 'TRAFFIC',
    SourceIP: '10.0.1.5',
    DestinationIP: '198.51.100.20',
    DestinationPort: '443',
    Protocol: 'tcp',
    DeviceAction: 'allow',
    DeviceCustomString4: 'trust',
    DeviceCustomString4Label: 'Source Zone',
    StartTime: '2026-03-02T10:00:12Z',
  };
  const EXPECTED = { ...ENDS, SrcZone: 'trust', EventStartTime: '2026-03-02T10:00:12.000Z', NetworkProtocol: 'TCP' };
  const recase = (change: (name: string) => string, more: object = {}): string =>
    json({ ...Object.fromEntries(Object.entries(ROW).map(([name, value]) => [change(name), value])), ...more });
  const csv = (delimitedHeader: string): string =>
    `${delimitedHeader}\r\n${Object.values(ROW)
      .map((value) => csvCell(value))
      .join(',')}\r\n`;

  const delimited = (delimiter: string): string =>
    [Object.keys(ROW), Object.values(ROW).map(String)].map((cells) => `${cells.join(delimiter)}\r\n`).join('');

  it.each([
    ['their names', json(ROW)],
    ['the table’s name', json({ ...ROW, Type: 'CommonSecurityLog' })],
    ['names in small letters', recase((name) => name.toLowerCase())],
    ['names in capitals, and the table’s', recase((name) => name.toUpperCase(), { type: 'commonsecuritylog' })],
    ['CSV', csv(Object.keys(ROW).join(','))],
    ['CSV of the portal', csv(`\ufeffTimeGenerated [UTC],${Object.keys(ROW).slice(1).join(',')}`)],
    ['CSV in small letters', csv(Object.keys(ROW).join(',').toLowerCase())],
    ['quoted CSV', csv(Object.keys(ROW).map(csvCell).join(','))],
    ['CSV of PowerShell', `#TYPE System.Management.Automation.PSCustomObject\r\n${csv(Object.keys(ROW).join(','))}`],
    ['rows copied with tabs', delimited('\t')],
    ['CSV of places with decimal commas', delimited(';')],
    ['CSV with semicolons for Excel', `sep=;\r\n${delimited(';')}`],
    ['CSV for Excel', `\ufeffsep=,\r\n${csv(Object.keys(ROW).join(','))}`],
  ])('are read by %s', (_, content) => {
    const outcomes = normalizeAll(content);
    expect(kindsOf(outcomes)).toEqual(['session']);
    expect(sessionsOf(outcomes)[0]).toMatchObject(EXPECTED);
  });

  it('are read however the first bytes of the file arrive', () => {
    for (const content of [
      `#TYPE System.String\n${csv(Object.keys(ROW).join(','))}`,
      `sep=,\n${csv(Object.keys(ROW).join(','))}`,
      csv(Object.keys(ROW).join(',')),
    ]) {
      for (let cut = 1; cut < 40; cut++)
        expect(kindsOf(normalizeAll(content, { cuts: [cut] })), `${cut} of ${content}`).toEqual(['session']);
    }
  });

  it('may lie in their container without the table’s name, in any case', () => {
    const content = recase((name) => name.toLowerCase());
    expect(sessionsOf(normalizeAll(content, { container: 'am-commonsecuritylog' }))[0]).toMatchObject(EXPECTED);
  });

  it('may have cells of several lines', () => {
    const header = `${Object.keys(ROW).join(',')},Message`;
    const cells = [...Object.values(ROW).map(csvCell), csvCell('two\r\nlines, "quoted"')];
    const outcomes = normalizeAll(`${header}\n${cells.join(',')}\n${cells.join(',')}\n`);
    expect(kindsOf(outcomes)).toEqual(['session', 'session']);
  });

  it('are told from records that only name a type', () => {
    const record = { type: 'syslog', host: 'fw1', message: RECORDS.ASA };
    expect(sessionsOf(normalizeAll(json(record)))[0]).toMatchObject(ENDS);
  });
});
