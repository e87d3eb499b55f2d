/** What sources take lines apart with: syslog headers, key=value pairs, CSV, Zeek's columns. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCsv } from '../../../shared/formats/csv';
import { parseKeyValues } from '../../../shared/formats/keyValues';
import { parseSyslog } from '../../../shared/formats/syslog';
import { zeekFields, zeekHeader } from '../../../shared/formats/zeek';

const REFERENCE = Date.UTC(2026, 2, 2, 12);
const TIME = Date.UTC(2026, 2, 2, 10, 0, 12);

describe('a syslog header', () => {
  it.each<[string, string, object]>([
    [
      'RFC 5424',
      '<134>1 2026-03-02T10:00:12Z fw01 app 77 ID5 [a@1 b="c"] text',
      {
        priority: 134,
        facility: 16,
        severity: 6,
        time: TIME,
        host: 'fw01',
        program: 'app',
        processId: '77',
        messageId: 'ID5',
        structuredData: '[a@1 b="c"]',
        message: 'text',
      },
    ],
    [
      'RFC 5424 without more',
      '<134>1 2026-03-02T12:00:12+02:00 fw01 - - - - text',
      { priority: 134, facility: 16, severity: 6, time: TIME, host: 'fw01', message: 'text' },
    ],
    [
      'RFC 3164',
      '<30>Mar  2 10:00:12 fw01 sshd[77]: text here',
      {
        priority: 30,
        facility: 3,
        severity: 6,
        time: TIME,
        host: 'fw01',
        program: 'sshd',
        processId: '77',
        message: 'text here',
      },
    ],
    [
      'no priority',
      'Mar  2 10:00:12 10.0.0.1 kernel: text',
      { time: TIME, host: '10.0.0.1', program: 'kernel', message: 'text' },
    ],
    [
      'octet counting',
      '99 <30>Mar  2 10:00:12 fw01 a: text',
      { priority: 30, facility: 3, severity: 6, time: TIME, host: 'fw01', program: 'a', message: 'text' },
    ],
    [
      'a year',
      '<166>Mar 02 2026 10:00:12 fw01 : %ASA-6-302013: Built',
      { priority: 166, facility: 20, severity: 6, time: TIME, host: 'fw01', message: '%ASA-6-302013: Built' },
    ],
    [
      'a zone, and a host in capitals',
      'Mar  2 11:00:12 CET FW app: text',
      { time: TIME, host: 'FW', program: 'app', message: 'text' },
    ],
    ['a host in capitals alone', 'Mar  2 10:00:12 FW text here', { time: TIME, host: 'FW', message: 'text here' }],
    [
      'ISO time with a blank',
      '2026-03-02 10:00:12,5 fw01 a text',
      { time: TIME + 500, host: 'fw01', message: 'a text' },
    ],
    [
      'RFC 5424 that ends with its host',
      '<134>1 2026-03-02T10:00:12Z fw01 %FW-1: text',
      { priority: 134, facility: 16, severity: 6, time: TIME, host: 'fw01', message: '%FW-1: text' },
    ],
    [
      'Logstash with a host that is an object',
      '2026-03-02T10:00:12.000Z {ip=192.0.2.1, name=fw01} text',
      { time: TIME, host: 'fw01', message: 'text' },
    ],
    ['Logstash without a host', '2026-03-02T10:00:12.000Z %{host} text', { time: TIME, message: 'text' }],
    [
      'a relay before the device',
      '<13>Mar  2 10:00:14 relay1 <134>Mar  2 10:00:12 fw01 app[7]: text',
      {
        priority: 134,
        facility: 16,
        severity: 6,
        time: TIME,
        host: 'fw01',
        program: 'app',
        processId: '7',
        message: 'text',
      },
    ],
    [
      'a relay’s own tag before the device',
      '2026-03-02T10:00:14Z relay1 fw: Mar  2 10:00:12 fw01 text',
      { time: TIME, host: 'fw01', message: 'text' },
    ],
    [
      'two relays of RFC 5424',
      '<13>1 2026-03-02T10:00:15Z relay2 - - - - <13>1 2026-03-02T10:00:14Z relay1 - - - [a@1 b="c"] <134>Mar  2 10:00:12 fw01 : text',
      { priority: 134, facility: 16, severity: 6, time: TIME, host: 'fw01', message: 'text' },
    ],
    [
      'a relay that knows more than the device',
      '<13>Mar  2 10:00:12 fw01 <134>id=firewall',
      { priority: 134, facility: 16, severity: 6, time: TIME, host: 'fw01', message: 'id=firewall' },
    ],
    ['ISO time', '2026-03-02T10:00:12Z fw01 text of it', { time: TIME, host: 'fw01', message: 'text of it' }],
    [
      'Meraki',
      '<134>1 1772445612.857790533 MX84 flows src=10.0.0.1',
      { priority: 134, facility: 16, severity: 6, time: TIME + 858, host: 'MX84', message: 'flows src=10.0.0.1' },
    ],
    [
      'only a priority',
      '<14>id=firewall sn=1',
      { priority: 14, facility: 1, severity: 6, message: 'id=firewall sn=1' },
    ],
  ])('of %s', (_, line, expected) => {
    expect(parseSyslog(line, REFERENCE)).toEqual(expected);
  });

  it.each([
    ['Dec 31 23:00:00 h a: x', Date.UTC(2026, 0, 1, 1), Date.UTC(2025, 11, 31, 23)],
    ['Jan  1 00:10:00 h a: x', Date.UTC(2025, 11, 31, 23), Date.UTC(2026, 0, 1, 0, 10)],
    ['Jan  9 00:10:00 h a: x', Date.UTC(2025, 10, 29), Date.UTC(2025, 0, 9, 0, 10)],
    ['Feb 29 12:00:00 h a: x', Date.UTC(2026, 5, 1), Date.UTC(2024, 1, 29, 12)],
  ])('without a year takes the last in which it is past: %s', (line, reference, time) => {
    expect(parseSyslog(line, reference)?.time).toBe(time);
  });

  it('is read with the month in capitals', () => {
    expect(parseSyslog('<134>MAR  2 10:00:12 fw01 a: text', REFERENCE)?.time).toBe(TIME);
  });

  it('is not seen where none is', () => {
    for (const line of ['', 'hello world', '<999>x', '2 111122223333 eni-01 10.0.0.1', '{"a":1}'])
      expect(parseSyslog(line, REFERENCE)).toBeUndefined();
  });

  it('never makes reading fail', () => {
    fc.assert(fc.property(fc.string(), (text) => void parseSyslog(`<14>Mar  2 10:00:12 ${text}`, REFERENCE)));
  });
});

describe('pairs', () => {
  it('are read bare and quoted, the first that is not empty counting', () => {
    expect([
      ...parseKeyValues('date=2026-03-02 devname="fw 01" a="say \\"x\\"" empty= b=\'q\' date=2027 msg="a=b c=d"'),
    ]).toEqual([
      ['date', '2026-03-02'],
      ['devname', 'fw 01'],
      ['a', 'say "x"'],
      ['empty', ''],
      ['b', 'q'],
      ['msg', 'a=b c=d'],
    ]);
  });

  it('are read with colons', () => {
    expect([...parseKeyValues('[action:"Accept"; flags:"1"; src:"10.0.0.1"]')]).toEqual([
      ['action', 'Accept'],
      ['flags', '1'],
      ['src', '10.0.0.1'],
    ]);
  });

  it('never take long', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000 }), (text) => void parseKeyValues(text)));
    expect(parseKeyValues('a="'.repeat(20_000)).size).toBeLessThan(500);
  });
});

describe('CSV', () => {
  it('is split at commas outside of quotes', () => {
    expect(splitCsv('a,"b,""c""",,d ')).toEqual(['a', 'b,"c"', '', 'd ']);
    expect(splitCsv('a,"b')).toBeUndefined();
    expect(splitCsv('a\tb', '\t')).toEqual(['a', 'b']);
  });
});

describe('Zeek', () => {
  it('has columns named by header lines, and values that are unset', () => {
    const lines = [
      '#separator \\x09',
      '#set_separator\t,',
      '#empty_field\t(empty)',
      '#unset_field\t-',
      '#path\tconn',
      '#fields\tts\tuid\tid.orig_h\tservice',
      '#types\ttime\tstring\taddr\tstring',
    ];
    const header = lines.reduce<ReturnType<typeof zeekHeader> | undefined>(
      (known, line) => zeekHeader(known, line),
      undefined,
    );
    if (header === undefined) throw new Error('no header');
    expect(header.path).toBe('conn');
    expect(Object.fromEntries(zeekFields(header, '1772445612.5\tC1\t10.0.0.1\t-') ?? [])).toEqual({
      ts: '1772445612.5',
      uid: 'C1',
      'id.orig_h': '10.0.0.1',
    });
    expect(zeekFields(header, 'too\tfew')).toBeUndefined();
  });
});
