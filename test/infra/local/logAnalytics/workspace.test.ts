/** Stored functions and watchlists of folders, and the functions that a workspace has by itself. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createContents } from '../../../../infra/local/workspace/contents';
import { appRoot } from '../../../../shared/appRoot';
import { startTestService, type TestService } from './service';

const FILES: Readonly<Record<string, string>> = {
  'functions/deep/vimFirewall.yaml': `
Parser:
  Title: Own firewall
ParserName: vimNetworkSessionOwnFirewall
EquivalentBuiltInParser: _Im_NetworkSession_OwnFirewall
ParserParams:
  - Name: starttime
    Type: datetime
    Default: datetime(null)
  - Name: prefixes
    Type: dynamic
    Default: dynamic([])
  - Name: result
    Type: string
    Default: '*'
  - Name: disabled
    Type: bool
    Default: False
ParserQuery: |
  let parser = (starttime:datetime, prefixes:dynamic, result:string, disabled:bool) {
    OwnFirewall_CL
    | where not(disabled)
    | where isnull(starttime) or TimeGenerated >= starttime
    | where result == '*' or result == Result_s
    | project TimeGenerated, SrcIpAddr = Source_s, EventResult = Result_s
  };
  parser(starttime, prefixes, result, disabled)
`,
  'functions/alias.yaml':
    'FunctionName: OwnFirewallRaw\nFunctionAlias: FirewallRaw\nFunctionQuery: OwnFirewall_CL | project Source_s\n',
  'functions/helper.yml':
    "FunctionName: WithLabel\nFunctionParams:\n  - Name: T:(TimeGenerated:datetime)\n    Type: table\n  - Name: label\n    Type: string\n    Default: it's\nFunctionQuery: T | extend Label = label\n",
  'functions/Plain.kql': 'print answer = 42',
  'functions/Headed.kql': '// function: Doubled\n// parameters: (n: long)\nprint doubled = 2 * n',
  'functions/bad.yaml': 'ParserName: [unclosed',
  'functions/empty.yaml': 'Title: nothing in it',
  'functions/badParameter.yaml':
    'ParserName: P\nParserParams:\n  - Name: a b\n    Type: string\nParserQuery: print 1\n',
  'watchlists/Vip Users.csv': 'User,Note\r\nann@contoso.com,"likes, commas"\r\nbob@contoso.com,\r\n',
  'watchlists/Hosts.csv': '\ufeffName,SearchKey,Source\nh1,key-1,a\nh2,key-2,b\n',
  'watchlists/Sources_by_SourceType.csv': 'SourceType,Source\nCiscoMeraki,meraki-1\nCiscoMeraki,meraki-2\nOther,x\n',
  'watchlists/bad.csv': 'A,A\n1,2\n',
};

let folder: string;
let service: TestService;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'flowtrap-workspace-'));
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  service = await startTestService({
    settings: { clock: '2026-03-02T10:00:00Z' },
    functionFolders: [join(appRoot(), 'shared/asim')],
    workspace: { functions: [join(folder, 'functions')], watchlists: [join(folder, 'watchlists')] },
  });
  await service.admin('POST', 'tables/OwnFirewall_CL/rows', [
    { TimeGenerated: '2026-03-02T09:00:00Z', Source_s: '10.0.0.1', Result_s: 'Success' },
    { TimeGenerated: '2026-03-01T09:00:00Z', Source_s: '10.0.0.2', Result_s: 'Failure' },
  ]);
});
afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('stored functions of a folder', () => {
  test('run under all of their names, with their parameters', async () => {
    expect(await service.rows('_Im_NetworkSession_OwnFirewall(starttime=ago(2h)) | project SrcIpAddr')).toEqual([
      ['10.0.0.1'],
    ]);
    expect(await service.rows('vimNetworkSessionOwnFirewall(result="Failure") | project SrcIpAddr')).toEqual([
      ['10.0.0.2'],
    ]);
    expect(await service.rows('vimNetworkSessionOwnFirewall(disabled=true) | count')).toEqual([[0]]);
    expect(await service.rows('union (FirewallRaw), (OwnFirewallRaw) | count')).toEqual([[4]]);
    expect(await service.rows('Plain')).toEqual([[42]]);
    expect(await service.rows('Doubled(21)')).toEqual([[42]]);
    expect(await service.rows('OwnFirewall_CL | invoke WithLabel() | distinct Label')).toEqual([["it's"]]);
  });

  test('that hold none are named, and stop no other', async () => {
    const problems = (await createContents().add({ functions: [join(folder, 'functions')] })).problems.join('\n');
    expect(problems.split('\n').length).toBe(3);
    for (const name of ['bad.yaml', 'empty.yaml', 'badParameter.yaml'])
      expect(problems).toContain(join(folder, 'functions', name));
  });

  test('come while the service runs, and replace those of their name', async () => {
    const more = join(folder, 'more');
    mkdirSync(more);
    writeFileSync(join(more, 'Plain.kql'), 'print answer = 43');
    expect((await service.admin('POST', 'workspace', { functions: [more] })).json).toEqual({ problems: [] });
    expect(await service.rows('Plain')).toEqual([[43]]);
    expect((await service.admin('POST', 'workspace', { functions: ['relative'] })).status).toBe(400);
    expect((await service.admin('POST', 'workspace', { functions: [join(folder, 'nowhere')] })).status).toBe(400);
  });
});

describe('watchlists', () => {
  test('have their columns and the search key', async () => {
    expect(await service.rows("_GetWatchlist('Vip Users') | project SearchKey, User, Note | sort by User asc")).toEqual(
      [
        ['ann@contoso.com', 'ann@contoso.com', 'likes, commas'],
        ['bob@contoso.com', 'bob@contoso.com', ''],
      ],
    );
    expect(
      await service.rows('let name = "hosts"; _GetWatchlist(name) | project SearchKey, Name | sort by Name asc'),
    ).toEqual([
      ['key-1', 'h1'],
      ['key-2', 'h2'],
    ]);
    expect(await service.rows("_GetWatchlist('Hosts', dynamic(['key-2'])) | project Name")).toEqual([['h2']]);
    expect(
      await service.rows(
        "_GetWatchlist(strcat('Ho', 'sts')) | extend Name = tostring(WatchlistItem.Name) | summarize max(Name)",
      ),
    ).toEqual([['h2']]);
    expect(await service.rows("_GetWatchlist('Unknown') | project SearchKey")).toEqual([]);
    expect(await service.rows('_GetWatchlistAlias | count')).toEqual([[3]]);
  });

  test('are whole whatever the time span, and errors stay at their place', async () => {
    expect(await service.rows("_GetWatchlist('Hosts') | count", 'PT1H')).toEqual([[2]]);
    const { json } = await service.query("_GetWatchlist('Hosts') | where Nmae == 1");
    expect(json.error.innererror.innererror).toMatchObject({ line: 1, pos: 31 });
  });

  test('serve the helpers of ASIM', async () => {
    expect(
      await service.rows(
        "print s = _ASIM_GetSourceBySourceType('CiscoMeraki') | mv-expand s | project x = tostring(s) | sort by x asc",
      ),
    ).toEqual([['meraki-1'], ['meraki-2']]);
  });
});

describe('functions that a workspace has by itself', () => {
  test('all compile', async () => {
    for (const { name, parameters } of createContents().functions) {
      const call = callOf(name, parameters);
      const { status, text } = await service.query(call);
      expect([call, status === 200 ? '' : text]).toEqual([call, '']);
    }
  });

  test('filter ASIM tables and name their aliases', async () => {
    await service.admin('POST', 'tables/ASimDnsActivityLogs/rows', [
      {
        TimeGenerated: '2026-03-02T09:00:00Z',
        EventType: 'Query',
        DnsQuery: 'www.bad.example',
        SrcIpAddr: '10.1.2.3',
        SrcHostname: 'pc1',
        EventResultDetails: 'NXDOMAIN',
      },
      {
        TimeGenerated: '2026-03-02T09:01:00Z',
        EventType: 'Query',
        DnsQuery: 'good.example',
        SrcIpAddr: '10.9.2.3',
        EventResultDetails: 'NOERROR',
      },
      { TimeGenerated: '2026-03-02T09:02:00Z', EventType: 'info', DnsQuery: 'bad.example', SrcIpAddr: '10.1.2.4' },
    ]);
    expect(
      await service.rows("_Im_Dns(domain_has_any=dynamic(['bad'])) | project Domain, Src, IpAddr, EventSchema"),
    ).toEqual([['www.bad.example', 'pc1', '10.1.2.3', 'Dns']]);
    expect(await service.rows("imDns(responsecodename='noerror') | project Query")).toEqual([['good.example']]);
    expect(await service.rows("_Im_Dns(eventtype='*', starttime=datetime(2026-03-02 09:01)) | count")).toEqual([[2]]);
    expect(await service.rows('_ASim_Dns | count')).toEqual([[3]]);
    expect(await service.rows('union isfuzzy=true _Im_Dns_Empty, (_Im_Dns(srcipaddr="10.1.2.3")) | count')).toEqual([
      [1],
    ]);
  });

  test('look names up', async () => {
    const kql = `print _ASIM_LookupNetworkProtocol(6), _ASIM_LookupNetworkProtocol(200), _ASIM_LookupICMPType(8), _ASIM_LookupDnsQueryType(28),
      _ASIM_LookupDnsResponseCode(3), _ASIM_LookupDnsResponseCode(3900), _ASIM_LookupHTTPStatusCode('404'), _ASIM_LookupAADcodes('50053'),
      _ASIM_GetUsernameType('a@b.c'), _ASIM_GetUsernameType('dom\\\\ann'), _ASIM_GetUsernameType('ann'), _ASIM_GetUserType('host$', '')`;
    expect(await service.rows(kql)).toEqual([
      [
        'TCP',
        'Unassigned',
        'Echo',
        'AAAA',
        'NXDOMAIN',
        'Reserved for Private Use',
        'Not Found',
        'User locked',
        'UPN',
        'Windows',
        'Simple',
        'Machine',
      ],
    ]);
    const resolved = `datatable(TimeGenerated:datetime, Host:string, Proto:string) [datetime(2026-01-01), 'a.b.example', '17', datetime(2026-01-01), 'plain', 'x']
      | invoke _ASIM_ResolveSrcFQDN('Host') | invoke _ASIM_ResolveNetworkProtocol('Proto')
      | project SrcHostname, SrcDomain, SrcFQDN, SrcDomainType, NetworkProtocol`;
    expect(await service.rows(resolved)).toEqual([
      ['a', 'b.example', 'a.b.example', 'FQDN', 'UDP'],
      ['plain', '', '', '', 'Unassigned'],
    ]);
  });

  test('of Defender add their columns, empty', async () => {
    const kql =
      'DeviceFileEvents | invoke FileProfile("SHA1", 1000) | where isempty(GlobalPrevalence) or GlobalPrevalence < 10 | project FileName, Signer | count';
    expect(await service.rows(kql)).toEqual([[0]]);
    expect(
      await service.rows('print SHA1 = "abc" | invoke FileProfile() | project SHA1, GlobalPrevalence, ThreatName'),
    ).toEqual([['abc', null, '']]);
    expect(await service.rows('DeviceNetworkEvents | project IP = RemoteIP | invoke DeviceFromIP() | count')).toEqual([
      [0],
    ]);
    expect(
      await service.rows('DeviceFileEvents | invoke FileProfile(SHA1, 1000) | project GlobalPrevalence | count'),
    ).toEqual([[0]]);
    expect(await service.rows('AssignedIPAddresses("pc1") | project IPAddress | count')).toEqual([[0]]);
  });
});

/** A call with a value for each parameter that needs one. */
function callOf(name: string, parameters: string): string {
  const values: Readonly<Record<string, string>> = { string: "'x'", int: '1', dynamic: 'dynamic([])' };
  const declared = parameters
    .slice(1, -1)
    .split(/,\s*(?![^(]*\))/)
    .filter((one) => one !== '');
  const given = declared.filter((one) => !one.includes('=')).map((one) => one.split(':').map((part) => part.trim()));
  const table = given.find(([, type]) => type?.startsWith('('));
  const values_ = given
    .filter((one) => one !== table)
    .map(([, type]) => values[type ?? ''] ?? 'null')
    .join(', ');
  if (table !== undefined) return `datatable(TimeGenerated:datetime, a:string)[] | invoke ${name}(${values_})`;
  return /^_?ASIM_(?!GetW.*Raw|GetDis)/.test(name) ? `print ${name}(${values_})` : `${name}(${values_}) | take 1`;
}
