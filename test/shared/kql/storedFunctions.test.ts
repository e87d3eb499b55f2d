/** _Im_NetworkSession and _ASim_NetworkSession on a real engine; reading function files. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KqlType } from '../../../infra/local/kql';
import { FlowtrapError } from '../../../shared/errors';
import { loadStoredFunctions, readStoredFunction } from '../../../shared/kql/storedFunctions';
import { type Engine, openEngine } from '../../infra/local/kql/engine';

const STRINGS = [
  'EventOriginalUid',
  'EventVendor',
  'EventProduct',
  'EventType',
  'EventResult',
  'DvcAction',
  'NetworkDirection',
  'NetworkSessionId',
  'NetworkRuleName',
  'SrcIpAddr',
  'DstIpAddr',
  'SrcHostname',
  'DstHostname',
  'SrcFQDN',
  'DstFQDN',
  'SrcDvcId',
  'DstDvcId',
  'Dvc',
  'DvcFQDN',
  'DvcHostname',
  'DvcIpAddr',
  'DvcId',
  'DvcInterface',
  'DvcInboundInterface',
  'DvcOutboundInterface',
  'DvcSubscriptionId',
  'DstUsername',
  'SrcVlanId',
  'DstVlanId',
  'TenantId',
  'SourceSystem',
  'Type',
  '_ResourceId',
  '_ItemId',
];
const OTHERS: Readonly<Record<string, KqlType>> = {
  TimeGenerated: 'datetime',
  EventStartTime: 'datetime',
  EventEndTime: 'datetime',
  DstPortNumber: 'int',
  NetworkDuration: 'int',
  NetworkRuleNumber: 'int',
  AdditionalFields: 'dynamic',
};

const COLUMNS = [
  ...STRINGS.map((name) => ({ name, type: 'string' as const })),
  ...Object.entries(OTHERS).map(([name, type]) => ({ name, type })),
];

const ASIM = join(__dirname, '../../../shared/asim');

let engine: Engine;

beforeAll(async () => {
  engine = await openEngine({
    tables: [{ name: 'ASimNetworkSessionLogs', columns: COLUMNS }],
    functions: loadStoredFunctions(ASIM),
  });
  const columns =
    '(TimeGenerated, EventOriginalUid, SrcIpAddr, DstIpAddr, DstPortNumber, SrcHostname, DstHostname, DvcAction, EventResult, EventType, NetworkDirection, EventVendor, EventProduct)';
  await engine.execute(`INSERT INTO "ASimNetworkSessionLogs" ${columns} VALUES
    ('2024-06-15 10:00:00', 'a', '10.0.0.1', '8.8.8.8', 443, 'web-01', 'dns', 'Allow', 'Success', 'NetworkSession', 'Outbound', 'V', 'P'),
    ('2024-06-15 11:00:00', 'b', '192.168.1.5', '10.0.0.1', 22, 'db-01', 'web-01', 'Deny', 'Failure', 'NetworkSession', 'Inbound', 'V', 'P'),
    ('2024-06-15 12:00:00', 'c', '10.10.0.1', '10.0.0.9', NULL, '', '', 'Drop ICMP', 'Failure', 'EndpointNetworkSession', 'Inbound', 'V', 'P')`);
  await engine.execute(`UPDATE "ASimNetworkSessionLogs" SET DvcHostname = 'fw1', DvcIpAddr = '10.0.0.254', EventEndTime = TimeGenerated
    WHERE EventOriginalUid = 'b'`);
});
afterAll(() => engine.close());

async function uids(call: string): Promise<string> {
  const rows = await engine.rows(`${call} | sort by EventOriginalUid asc | project EventOriginalUid`);
  return rows.map((row) => String(row[0])).join('');
}

describe('_Im_NetworkSession', () => {
  it.each([
    ['_Im_NetworkSession', 'abc'],
    ['_ASim_NetworkSession', 'abc'],
    ['_ASim_NetworkSession(pack=true)', 'abc'],
    ['_Im_NetworkSession()', 'abc'],
    ['_Im_NetworkSession(starttime=datetime(2024-06-15 11:00))', 'bc'],
    ['_Im_NetworkSession(endtime=datetime(2024-06-15 11:00))', 'ab'],
    ['_Im_NetworkSession(starttime=ago(90m), endtime=now())', 'bc'],
    // By octets: 10.0. is not 10.10., and either side may match.
    ["_Im_NetworkSession(ipaddr_has_any_prefix=dynamic(['10.0.']))", 'abc'],
    ["_Im_NetworkSession(srcipaddr_has_any_prefix=dynamic(['10.0.']))", 'a'],
    ["_Im_NetworkSession(dstipaddr_has_any_prefix=dynamic(['10.0.0.1']))", 'b'],
    // Both lists given are alternatives.
    [
      "_Im_NetworkSession(srcipaddr_has_any_prefix=dynamic(['10.10.']), dstipaddr_has_any_prefix=dynamic(['8.8.8.8']))",
      'ac',
    ],
    ['_Im_NetworkSession(dstportnumber=22)', 'b'],
    ["_Im_NetworkSession(hostname_has_any=dynamic(['web']))", 'ab'],
    ["_Im_NetworkSession(hostname_has_any='db')", 'b'],
    ["_Im_NetworkSession(dvcaction=dynamic(['Allow', 'Drop']))", 'a'],
    ["_Im_NetworkSession(dvcaction='Deny')", 'b'],
    ["_Im_NetworkSession(eventresult='Failure')", 'bc'],
    ["_Im_NetworkSession(eventresult='Failure', dstportnumber=22, ipaddr_has_any_prefix=dynamic(['10.']))", 'b'],
  ])('%s', async (call, expected) => {
    expect(await uids(call)).toBe(expected);
  });

  it('says which address and host name matched', async () => {
    const rows = await engine.rows(
      "_Im_NetworkSession(ipaddr_has_any_prefix=dynamic(['10.0.', '10.10.']), hostname_has_any=dynamic([])) | sort by EventOriginalUid asc | project EventOriginalUid, ASimMatchingIpAddr, ASimMatchingHostname",
    );
    expect(rows).toEqual([
      ['a', 'SrcIpAddr', ''],
      ['b', 'DstIpAddr', ''],
      ['c', 'Both', ''],
    ]);
    const hosts = await engine.rows(
      "_Im_NetworkSession(hostname_has_any=dynamic(['web'])) | sort by EventOriginalUid asc | project ASimMatchingIpAddr, ASimMatchingHostname",
    );
    expect(hosts).toEqual([
      ['-', 'SrcHostname'],
      ['-', 'DstHostname'],
    ]);
  });

  it('computes the aliases', async () => {
    const rows = await engine.rows(
      '_Im_NetworkSession | sort by EventOriginalUid asc | project EventSchema, Dvc, Src, Dst, Hostname, IpAddr, EventStartTime, EventEndTime',
    );
    expect(rows).toEqual([
      ['NetworkSession', 'V/P', 'web-01', 'dns', 'dns', '10.0.0.1', '2024-06-15 10:00:00', '2024-06-15 10:00:00'],
      ['NetworkSession', 'fw1', 'db-01', 'web-01', 'web-01', '192.168.1.5', null, '2024-06-15 11:00:00'],
      ['NetworkSession', 'V/P', '10.10.0.1', '10.0.0.9', '', '10.0.0.9', '2024-06-15 12:00:00', '2024-06-15 12:00:00'],
    ]);
    const columns = await engine.columns('_Im_NetworkSession');
    expect(columns).toContain('Type:string');
    expect(columns.filter((column) => /^(TenantId|SourceSystem|DvcSubscriptionId|_ResourceId):/.test(column))).toEqual(
      [],
    );
  });
});

describe('readStoredFunction', () => {
  it('reads name and parameters over several lines', () => {
    const stored = readStoredFunction(
      '// function: F\n// parameters: (a: int,\n//    b: string)\n// description: D\nprint a',
      'F.kql',
    );
    expect(stored).toMatchObject({ name: 'F', parameters: '(a: int, b: string)', description: 'D' });
  });

  it('refuses a file without header, naming it', () => {
    expect(() => readStoredFunction('print 1', 'folder/F.kql')).toThrow(FlowtrapError);
    expect(() => readStoredFunction('print 1', 'folder/F.kql')).toThrow(/folder\/F\.kql/);
  });
});
