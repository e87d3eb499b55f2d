/** The tables that are there before anybody has filled them. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadCatalogue } from '../../../../infra/local/workspace/catalogue';
import { startTestService, type TestService } from './service';

let service: TestService;
beforeAll(async () => {
  service = await startTestService({ settings: { clock: '2026-03-02T10:00:00Z' } });
});
afterAll(() => service.close());

describe('tables of the catalogue', () => {
  test('are all of them well-formed', () => {
    const { names, columns } = loadCatalogue();
    expect(names.length).toBe(1945);
    const types = new Set<string>();
    for (const name of names) {
      const own = columns(name) ?? [];
      expect(own[0], name).toEqual({ name: 'TimeGenerated', type: 'datetime' });
      expect(new Set(own.map((column) => column.name.toLowerCase())).size, name).toBe(own.length);
      for (const column of own) types.add(column.type);
    }
    expect([...types].sort()).toEqual(['bool', 'datetime', 'dynamic', 'guid', 'int', 'long', 'real', 'string']);
  });

  test('are empty and typed, and none is made by asking', async () => {
    expect(await service.rows('SigninLogs | count')).toEqual([[0]]);
    const schema =
      'SigninLogs | getschema | where ColumnName in ("TimeGenerated", "UserPrincipalName", "LocationDetails", "Type")';
    expect(await service.rows(`${schema} | project ColumnName, ColumnType | sort by ColumnName asc`)).toEqual([
      ['LocationDetails', 'dynamic'],
      ['TimeGenerated', 'datetime'],
      ['Type', 'string'],
      ['UserPrincipalName', 'string'],
    ]);
    const kql =
      'SecurityEvent | where EventID == 4625 | summarize n = count() by Account | join kind=leftouter (SigninLogs) on $left.Account == $right.Identity';
    expect(await service.rows(kql)).toEqual([]);
    const { tables } = (await service.admin('GET', 'tables')).json as unknown as { tables: { name: string }[] };
    expect(tables.map(({ name }) => name)).not.toContain('SigninLogs');
  });

  test('have the columns that content reads beyond the references, and another product spells otherwise', async () => {
    await service.admin('POST', 'tables/IdentityInfo/rows', [
      { TimeGenerated: '2026-03-02T09:00:00Z', AccountUPN: 'ann@example.net', OnPremSid: 'S-1-5-21-7' },
    ]);
    expect(await service.rows('IdentityInfo | where AccountUpn == AccountUPN | project AccountUpn, OnPremSid')).toEqual(
      [['ann@example.net', 'S-1-5-21-7']],
    );
    expect(await service.rows('Syslog | project-away MG | count')).toEqual([[0]]);
    expect(await service.rows('DnsEvents | where Name has "example" and MG == "" | count')).toEqual([[0]]);
    expect(await service.rows('AzureDiagnostics | where ruleId_s == "1" or isAccessPolicyMatch_b | count')).toEqual([
      [0],
    ]);
  });

  test('take rows, typed as listed, and no column more; custom ones do take more', async () => {
    const put = await service.admin('POST', 'tables/SecurityEvent/rows', [
      { TimeGenerated: '2026-03-02T09:00:00Z', EventID: '4625', Account: 'CONTOSO\\ann', Nonsense: 1 },
    ]);
    expect(put.json).toMatchObject({ rows: 1, droppedColumns: ['Nonsense'] });
    expect(await service.rows('SecurityEvent | project EventID + 1, Account, Computer, Type')).toEqual([
      [4626, 'CONTOSO\\ann', '', 'SecurityEvent'],
    ]);
    expect(
      await service.rows(
        'SecurityEvent | getschema | summarize n = count(), dcount(ColumnName) | where n != dcount_ColumnName',
      ),
    ).toEqual([]);
    const custom = await service.admin('POST', 'tables/meraki_CL/rows', [{ Message: 'm', More_s: 'x' }]);
    expect(custom.json).toMatchObject({ rows: 1, droppedColumns: [] });
    expect(await service.rows('meraki_CL | project Message, More_s')).toEqual([['m', 'x']]);
  });

  test('of Defender answer to Timestamp, and take rows that have no other time', async () => {
    expect(await service.rows('DeviceProcessEvents | where Timestamp > ago(1d) | count')).toEqual([[0]]);
    await service.admin('POST', 'tables/DeviceProcessEvents/rows', [
      { Timestamp: '2026-03-02T09:30:00Z', FileName: 'a.exe' },
      { TimeGenerated: '2026-02-02T09:30:00Z', Timestamp: '2026-03-02T09:31:00Z', FileName: 'b.exe' },
    ]);
    expect(
      await service.rows('DeviceProcessEvents | where Timestamp > ago(1d) | project FileName, TimeGenerated'),
    ).toEqual([['a.exe', '2026-03-02T09:30:00.0000000Z']]);
    expect(await service.rows('DeviceProcessEvents | where Timestamp != TimeGenerated | count')).toEqual([[0]]);
  });

  test('are refused under a name that differs only by case', async () => {
    const { status, text } = await service.admin('POST', 'tables/securityevent/rows', [{ A: 1 }]);
    expect([status, text]).toEqual([400, expect.stringContaining('SecurityEvent only by case')]);
  });

  test('are searched where they hold rows or are named', async () => {
    await service.admin('POST', 'tables/Heartbeat/rows', [{ Computer: 'needle-1' }]);
    expect(await service.rows('search "needle-1" | distinct $table')).toEqual([['Heartbeat']]);
    expect(await service.rows('union withsource=T * | where Computer == "needle-1" | distinct T')).toEqual([
      ['Heartbeat'],
    ]);
    expect(
      await service.rows(
        'union withsource=T Heart*, SigninL* | summarize n = count(), take_any(UserPrincipalName) by T',
      ),
    ).toEqual([['Heartbeat', 1, '']]);
    expect(await service.rows('search in (SigninLogs, Heartbeat) "needle-1" | count')).toEqual([[1]]);
  });
});
