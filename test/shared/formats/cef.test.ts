import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCefOf, labelled, parseCef } from '../../../shared/formats/cef';
import { parseLogTime } from '../../../shared/formats/logTime';

const extensionOf = (extension: string): Record<string, string> =>
  Object.fromEntries(parseCef(`CEF:0|V|P|1|id|name|5|${extension}`)?.extension ?? []);

describe('CEF lines', () => {
  it('have a header of seven fields with escapes', () => {
    expect(
      parseCef('<14>Mar  2 10:00:45 fw1 CEF:0|A\\|B|C\\\\D|1.0|id|a name|Very-High|src=1.2.3.4 msg=a|b'),
    ).toMatchObject({
      sender: 'fw1',
      vendor: 'A|B',
      product: 'C\\D',
      version: '1.0',
      classId: 'id',
      name: 'a name',
      severity: 'Very-High',
    });
    expect(parseCef('CEF:0|A|B|C')).toBeUndefined();
    expect(parseCef('no cef')).toBeUndefined();
  });

  it.each([
    ['src=1 dst=2', { src: '1', dst: '2' }],
    ['  src=1   dst=2  ', { src: '1', dst: '2' }],
    ['cs1=a b  c act=x', { cs1: 'a b  c', act: 'x' }],
    ['msg=a\\=b\\\\c\\nd C:\\dir act=x', { msg: 'a=b\\c\nd C:\\dir', act: 'x' }],
    ['request=https://x.example/?a=1 b=2 act=x', { request: 'https://x.example/?a=1 b=2', act: 'x' }],
    ['src= dst=', { src: '', dst: '' }],
    ['cs2= cs2=second cs2=third', { cs2: 'second' }],
    ['unknown=1 act=x other=y', { unknown: '1', act: 'x other=y' }],
    ['dpt=443 other=a b third=c act=x', { dpt: '443', other: 'a b', third: 'c', act: 'x' }],
    ['PanOSNew=1 FTNTFGTvd=root ad.x=y cs6label=z', { PanOSNew: '1', FTNTFGTvd: 'root', 'ad.x': 'y', cs6label: 'z' }],
  ])('extension %s', (text, expected) => {
    expect(extensionOf(text)).toEqual(expected);
  });

  it('give back what was written, spaces and escapes in it', () => {
    const value = fc.stringMatching(/^[a-z\\= |/:.-]{0,20}$/).map((text) => text.trim());
    fc.assert(
      fc.property(value, value, (one, two) => {
        const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('=', '\\=');
        expect(extensionOf(`cs1=${escaped(one)} cs2=${escaped(two)} act=x`)).toEqual({ cs1: one, cs2: two, act: 'x' });
      }),
      { seed: 12 },
    );
  });

  it('cut by a relay lose the last pair, which may be half', () => {
    const line = 'CEF:0|V|P|1|id|name|5|src=1.2.3.4 msg=';
    expect(Object.keys(extensionOf('src=1 msg=x'))).toEqual(['src', 'msg']);
    expect([...(parseCef(line + 'x'.repeat(1024 - line.length))?.extension.keys() ?? [])]).toEqual(['src']);
  });

  it('name custom fields by label, before or after, or alone', () => {
    const { extension } =
      parseCef('CEF:0|V|P|1|id|name|5|cs1Label=Rule cs1=r cn1=5 cn1Label=Session ID cs5Label=Zone') ?? {};
    expect(labelled(extension ?? new Map())).toEqual(
      new Map([
        ['rule', 'r'],
        ['sessionid', '5'],
      ]),
    );
  });

  it.each([
    ['<134>Mar  2 10:00:13 fw1 CEF:0|', 'fw1'],
    ['<13>MAR  2 10:00:14 relay1 <134>Mar  2 10:00:13 fw1 CEF:0|', 'fw1'],
    ['<134>1 2026-03-02T10:00:14Z relay1 - - - - 2026-03-02 10:00:13+01:00 fw1 app: CEF:0|', 'fw1'],
    ['2026-03-02T10:00:14.5+00:00 192.0.2.1 CEF:0|', '192.0.2.1'],
    ['app: CEF:0|', undefined],
  ])('name the device that sent them, whatever relays put before: %s', (header, sender) => {
    expect(parseCef(`${header}V|P|1|id|name|5|src=10.0.0.1`)?.sender).toBe(sender);
  });

  it('are parted by semicolons where the first are', () => {
    const line = parseCef(
      `CEF:0|Cisco|Firepower|6.0|RNA:1003:1|x|3|rt=1772445612000;bytesIn=66;start=1772445600000 ;reason=a; b=c;act=Allow;Request=https://x.example/?a=1;2&c=3;suser={'data': 'x'};cs1=p ;`,
    );
    expect([...(line?.extension ?? [])]).toEqual([
      ['rt', '1772445612000'],
      ['bytesIn', '66'],
      ['start', '1772445600000'],
      ['reason', 'a; b=c'],
      ['act', 'Allow'],
      ['Request', 'https://x.example/?a=1;2&c=3'],
      ['suser', "{'data': 'x'}"],
      ['cs1', 'p'],
    ]);
    expect(parseCef('CEF:0|a|b|1|1|x|3|msg=one;two three;spt=5 src=10.0.0.1')?.extension.get('msg')).toBe(
      'one;two three;spt=5',
    );
  });

  it('are told by vendor and product without case', () => {
    expect(isCefOf('x CEF: 0|palo ALTO Networks|PAN-os|', 'palo alto networks', 'pan-os')).toBe(true);
    expect(isCefOf('CEF:0|Palo Alto Networks|LF|', 'palo alto networks', 'pan-os')).toBe(false);
    expect(isCefOf('10|Palo Alto Networks|PAN-OS|', 'palo alto networks', 'pan-os')).toBe(false);
  });
});

describe('times in logs', () => {
  it.each([
    ['1772445612', '2026-03-02T10:00:12.000Z'],
    ['1772445612123', '2026-03-02T10:00:12.123Z'],
    ['Mar 02 2026 10:00:12', '2026-03-02T10:00:12.000Z'],
    ['Mar  2 2026 10:00:12.5 GMT', '2026-03-02T10:00:12.500Z'],
    ['Mar 02 2026 10:00:12 EST', '2026-03-02T15:00:12.000Z'],
    ['Mar 02 2026 10:00:12 +0200', '2026-03-02T08:00:12.000Z'],
    ['2026-03-02T10:00:12--5:00', '2026-03-02T15:00:12.000Z'],
    ['2026-03-02T10:00:12Z', '2026-03-02T10:00:12.000Z'],
    ['2026-03-02T10:00:12.1234567+01:30', '2026-03-02T08:30:12.123Z'],
    ['2026-03-02 10:00:12', '2026-03-02T10:00:12.000Z'],
    ['2026/03/02 10:00:12', '2026-03-02T10:00:12.000Z'],
    ['2026-03-02t10:00:12.123456789012z', '2026-03-02T10:00:12.123Z'],
    ['2026-03-02T10:00:12,5+02', '2026-03-02T08:00:12.500Z'],
    ['2026-03-02 10:00:12 GMT+01:00', '2026-03-02T09:00:12.000Z'],
    ['1772445612123456', '2026-03-02T10:00:12.123Z'],
    ['1772445612123456789', '2026-03-02T10:00:12.123Z'],
    ['Mon Mar 02 2026 10:00:12', '2026-03-02T10:00:12.000Z'],
    ['Mon Mar  2 10:00:12 2026', '2026-03-02T10:00:12.000Z'],
    ['Mar 2 10:00:12 CET 2026', '2026-03-02T09:00:12.000Z'],
    ['Mon, 02 Mar 2026 10:00:12 +0530', '2026-03-02T04:30:12.000Z'],
    ['02/Mar/2026:10:00:12 -0100', '2026-03-02T11:00:12.000Z'],
    ['2-Mar-2026 10:00:12.5 IST', '2026-03-02T04:30:12.500Z'],
    ['3/2/2026, 10:00:12.123 AM', '2026-03-02T10:00:12.123Z'],
    ['25/03/2026, 22:00:12.123', '2026-03-25T22:00:12.123Z'],
  ])('%s', (text, expected) => {
    expect(new Date(parseLogTime(text) ?? Number.NaN).toISOString()).toBe(expected);
  });

  it.each([
    '',
    'Mar 02 10:00:12',
    '2026-13-02T10:00:12Z',
    'Feb 30 2026 10:00:12',
    '$cefformatted-time_generated',
    '12',
    'Mar 02 2026 25:00:12',
    'Mon 2026',
    '2026-03/02 10:00:12',
    '02 Mrz 2026 10:00:12',
    '99999999999999999999',
  ])('%s is none', (text) => {
    expect(parseLogTime(text)).toBeUndefined();
  });
});
