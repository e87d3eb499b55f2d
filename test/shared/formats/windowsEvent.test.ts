import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  parseEventDataXml,
  parseWindowsEvent,
  windowsEventFromJson,
  XmlEventReader,
} from '../../../shared/formats/windowsEvent';

const EVENT = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Sysmon' Guid='{5770385F-C22A-43E0-BF4C-06F5698FFBD9}'/><EventID>3</EventID><Version>5</Version><Level>4</Level><Task>3</Task><Opcode>0</Opcode><Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime='2026-03-02T10:00:12.1234567Z'/><EventRecordID>1093</EventRecordID><Correlation/><Execution ProcessID='2412' ThreadID='4020'/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>ws01.example.net</Computer><Security UserID='S-1-5-18'/></System><EventData><Data Name='RuleName'>-</Data><Data Name="Image">C:\\a &amp; b\\curl.exe</Data><Data Name='Empty'/><Data>alone &#x41;</Data></EventData></Event>`;

describe('a Windows event as XML', () => {
  it('is read with all that stands in its header and data', () => {
    const { data, ...rest } = parseWindowsEvent(EVENT) ?? { data: new Map() };
    expect(rest).toEqual({
      provider: 'Microsoft-Windows-Sysmon',
      channel: 'Microsoft-Windows-Sysmon/Operational',
      eventId: '3',
      version: '5',
      level: '4',
      task: '3',
      opcode: '0',
      keywords: '0x8000000000000000',
      timeCreated: '2026-03-02T10:00:12.1234567Z',
      eventRecordId: '1093',
      computer: 'ws01.example.net',
      userSid: 'S-1-5-18',
      processId: '2412',
      threadId: '4020',
    });
    expect([...data]).toEqual([
      ['RuleName', '-'],
      ['Image', 'C:\\a & b\\curl.exe'],
      ['Empty', ''],
      ['0', 'alone A'],
    ]);
  });

  it('has its data read alone, as a table keeps it', () => {
    expect([...parseEventDataXml('<DataItem><EventData><Data Name="a">1</Data></EventData></DataItem>')]).toEqual([
      ['a', '1'],
    ]);
  });

  it('is refused with a document type, and without its header', () => {
    expect(parseWindowsEvent(`<!DOCTYPE x [<!ENTITY a "b">]>${EVENT}`)).toBeUndefined();
    expect(parseWindowsEvent('<Event><EventData/></Event>')).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.nat(EVENT.length), fc.nat(20), fc.string(), (at, remove, insert) => {
        parseWindowsEvent(EVENT.slice(0, at) + insert + EVENT.slice(at + remove));
      }),
    );
  });
});

describe('events in a file', () => {
  const file = `\ufeff<?xml version="1.0"?>\n<Events>\n  ${EVENT}\n${EVENT.replace('1093', '1094')}<Event><System>cut\n<Event></Event>\n</Events>\n`;

  function read(cuts: readonly number[]): unknown[] {
    const reader = new XmlEventReader(0);
    const bytes = Buffer.from(file);
    const items: unknown[] = [];
    let from = 0;
    for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
      for (const item of reader.feed(Buffer.from(bytes.subarray(from, cut)))) {
        items.push(
          item.kind === 'broken'
            ? [item.reason, item.offset, item.length]
            : [item.buffer.toString('utf8', item.start, item.end).length, item.offset],
        );
      }
      from = cut;
    }
    expect([...reader.end(true)]).toEqual([]);
    return items;
  }

  it('are found one by one, with their places, in any chunks', () => {
    const first = Buffer.from(file.slice(0, file.indexOf('<Event '))).length;
    const second = first + EVENT.length + 1;
    const third = second + EVENT.length;
    const expected = [
      [EVENT.length, first],
      [EVENT.length, second],
      ['cutOff', third, '<Event><System>cut\n'.length],
      ['<Event></Event>'.length, third + '<Event><System>cut\n'.length],
    ];
    expect(read([])).toEqual(expected);
    fc.assert(
      fc.property(fc.array(fc.nat(Buffer.from(file).length), { maxLength: 9 }), (cuts) => {
        expect(read(cuts)).toEqual(expected);
      }),
    );
  });
});

describe('a Windows event as JSON', () => {
  it.each<[string, object]>([
    [
      'Winlogbeat',
      {
        '@timestamp': '2026-03-02T10:00:12.123Z',
        winlog: {
          provider_name: 'P',
          event_id: 5156,
          computer_name: 'c',
          channel: 'Security',
          record_id: 7,
          event_data: { Application: 'x' },
        },
      },
    ],
    [
      'NXLog',
      {
        SourceName: 'P',
        EventID: 5156,
        Hostname: 'c',
        Channel: 'Security',
        RecordNumber: 7,
        EventTime: '2026-03-02T10:00:12.123Z',
        Application: 'x',
      },
    ],
    [
      'plain',
      {
        Provider: 'P',
        EventID: '5156',
        Computer: 'c',
        Channel: 'Security',
        EventRecordID: '7',
        TimeCreated: '2026-03-02T10:00:12.123Z',
        EventData: { Application: 'x' },
      },
    ],
    [
      'the XML’s structure',
      {
        Event: {
          System: {
            Provider: { '@Name': 'P' },
            EventID: { '#text': '5156' },
            Computer: 'c',
            Channel: 'Security',
            EventRecordID: '7',
            TimeCreated: { '@SystemTime': '2026-03-02T10:00:12.123Z' },
          },
          EventData: { Data: [{ '@Name': 'Application', '#text': 'x' }] },
        },
      },
    ],
  ])('of %s', (_, record) => {
    const event = windowsEventFromJson(record as never);
    expect(event).toMatchObject({
      provider: 'P',
      eventId: '5156',
      computer: 'c',
      channel: 'Security',
      eventRecordId: '7',
      timeCreated: '2026-03-02T10:00:12.123Z',
    });
    expect(event?.data.get('Application')).toBe('x');
  });

  it('is not seen in other objects', () => {
    for (const record of [{}, { EventID: 3 }, { Event: 'x' }, { winlog: 1 }])
      expect(windowsEventFromJson(record as never)).toBeUndefined();
  });
});
