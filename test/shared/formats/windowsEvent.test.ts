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
      timeCreated: '2026-03-02T10:00:12.1234567Z',
      eventRecordId: '1093',
      computer: 'ws01.example.net',
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

  it('has its data without names read by place, as a table keeps parameters', () => {
    expect([...parseEventDataXml('<Param>-</Param><Param/><Param>C:\\a &lt;b&gt;</Param>')]).toEqual([
      ['0', '-'],
      ['1', ''],
      ['2', 'C:\\a <b>'],
    ]);
  });

  it('has data of its own making (UserData) left alone', () => {
    const event = parseWindowsEvent(
      `<Event>${HEADER}<UserData><Own xmlns="urn:x"><DataSize>1</DataSize><Name>n</Name></Own></UserData></Event>`,
    );
    expect(event).toMatchObject(TOLD);
    expect(event?.data.size).toBe(0);
  });

  it('is read with any usual white space in its tags', () => {
    const loose = EVENT.replaceAll('><', '>\r\n  <')
      .replace('<System>', '<System >')
      .replace("<Data Name='RuleName'", "<Data  Name = 'RuleName' ");
    const [event, same] = [parseWindowsEvent(loose), parseWindowsEvent(EVENT)];
    expect({ ...event }).toEqual({ ...same });
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

/** What each shipper below tells of the same event. */
const TOLD = {
  provider: 'P',
  channel: 'Security',
  eventId: '5156',
  timeCreated: '2026-03-02T10:00:12.123Z',
  eventRecordId: '7',
  computer: 'c',
};
const TIME = TOLD.timeCreated;
const HEADER = `<System><Provider Name="P"/><EventID>5156</EventID><TimeCreated SystemTime="${TIME}"/><EventRecordID>7</EventRecordID><Channel>Security</Channel><Computer>c</Computer></System>`;
const WINLOG = { provider_name: 'P', event_id: 5156, computer_name: 'c', channel: 'Security', record_id: 7 };
const SYSTEM = { Computer: 'c', Channel: 'Security', EventRecordID: '7' };
const FLAT = { Provider: 'P', EventID: '5156', Computer: 'c', Channel: 'Security', EventRecordID: '7' };

describe('a Windows event as JSON', () => {
  it.each<[string, object]>([
    ['Winlogbeat', { '@timestamp': TIME, winlog: { ...WINLOG, event_data: { Application: 'x' } } }],
    [
      'Winlogbeat with the numbers where ECS has them',
      {
        '@timestamp': TIME,
        event: { code: '5156', provider: 'P' },
        host: { name: 'c' },
        winlog: { channel: 'Security', record_id: 7, event_data: { Application: 'x' } },
      },
    ],
    [
      'Winlogbeat before version 7',
      {
        '@timestamp': TIME,
        source_name: 'P',
        log_name: 'Security',
        event_id: 5156,
        computer_name: 'c',
        record_number: '7',
        event_data: { Application: 'x' },
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
        EventTime: TIME,
        Application: 'x',
      },
    ],
    [
      'Fluent Bit',
      {
        ProviderName: 'P',
        EventID: 5156,
        Computer: 'c',
        Channel: 'Security',
        EventRecordID: 7,
        TimeCreated: TIME,
        ProcessID: 4,
        StringInserts: [832, 'x'],
      },
    ],
    ['Fluent Bit, rendered', { System: `<Event>${HEADER}</Event>`, Message: '…', StringInserts: [832, 'x'] }],
    ['plain', { ...FLAT, TimeCreated: TIME, EventData: { Application: 'x' } }],
    ['plain with XML in it', { ...FLAT, TimeCreated: TIME, EventData: '<Data Name="Application">x</Data>' }],
    [
      'the XML’s structure',
      {
        Event: {
          System: {
            ...SYSTEM,
            Provider: { '@Name': 'P' },
            EventID: { '#text': '5156' },
            TimeCreated: { '@SystemTime': TIME },
          },
          EventData: { Data: [{ '@Name': 'Application', '#text': 'x' }] },
        },
      },
    ],
    [
      'a dump of an event log',
      {
        Event: {
          '#attributes': { xmlns: 'http://schemas.microsoft.com/win/2004/08/events/event' },
          System: {
            ...SYSTEM,
            Provider: { '#attributes': { Name: 'P' } },
            EventID: 5156,
            TimeCreated: { '#attributes': { SystemTime: TIME } },
          },
          EventData: { Application: 'x' },
        },
      },
    ],
    [
      'the XML’s structure without its root',
      {
        System: {
          ...SYSTEM,
          Provider: { $: { Name: 'P' } },
          EventID: { _: 5156 },
          TimeCreated: { $: { SystemTime: TIME } },
        },
        EventData: { Data: [{ $: { Name: 'Application' }, _: 'x' }] },
      },
    ],
    [
      'Wazuh',
      {
        data: {
          win: {
            system: {
              providerName: 'P',
              eventID: '5156',
              systemTime: TIME,
              eventRecordID: '7',
              channel: 'Security',
              computer: 'c',
            },
            eventdata: { application: 'x' },
          },
        },
      },
    ],
    [
      'OpenTelemetry',
      {
        timestamp: '2026-03-02T10:00:13Z',
        body: {
          channel: 'Security',
          computer: 'c',
          event_id: { id: 5156, qualifiers: 0 },
          provider: { name: 'P', guid: '{0}' },
          record_id: 7,
          system_time: TIME,
          event_data: { data: [{ ProcessID: '832' }, { Application: 'x' }] },
        },
      },
    ],
    [
      'a search index’s dump',
      { _index: 'i', _source: { '@timestamp': TIME, winlog: { ...WINLOG, event_data: { Application: 'x' } } } },
    ],
  ])('of %s', (_, record) => {
    const event = windowsEventFromJson(record as never);
    expect(event).toMatchObject(TOLD);
    expect(event?.data.get('Application') ?? event?.data.get('1')).toBe('x');
  });

  it('has what Elastic’s modules moved into the common schema', () => {
    const event = windowsEventFromJson({
      '@timestamp': TIME,
      winlog: { ...WINLOG, event_data: { RuleName: 'own' } },
      source: { ip: '10.0.1.5', port: 51512, domain: 'pc1.example.net' },
      destination: { ip: '198.51.100.20', port: 443 },
      network: { transport: 'tcp', direction: 'egress', protocol: 'https', type: 'ipv4' },
      process: { pid: 832, executable: 'C:\\app\\a.exe', entity_id: '{1}' },
      user: { domain: 'CORP', name: 'alice' },
      rule: { name: 'theirs' },
    } as never);
    expect(Object.fromEntries(event?.data ?? [])).toMatchObject({
      RuleName: 'own',
      SourceIp: '10.0.1.5',
      SourceAddress: '10.0.1.5',
      SourcePort: '51512',
      SourceHostname: 'pc1.example.net',
      DestinationIp: '198.51.100.20',
      DestAddress: '198.51.100.20',
      DestinationPort: '443',
      DestPort: '443',
      Protocol: 'tcp',
      Initiated: 'true',
      Direction: 'Outbound',
      Image: 'C:\\app\\a.exe',
      ProcessId: '832',
      User: 'CORP\\alice',
    });
  });

  it.each([
    ['the first time with a zone', { EventTime: '2026-03-02 11:00:12', TimeCreated: TIME }, TIME],
    ['Fluent Bit’s', { date: 1772445613.5, TimeCreated: '2026-03-02 05:00:12 -0500' }, '2026-03-02 05:00:12 -0500'],
    [
      'a local time as it stands when nothing tells its zone',
      { EventTime: '2026-03-02 11:00:12' },
      '2026-03-02 11:00:12',
    ],
    [
      'a local time in the zone that the collector’s clock shows',
      { EventTime: '2026-03-02 15:30:12', '@timestamp': '2026-03-02T10:00:14Z' },
      '2026-03-02T10:00:12.000Z',
    ],
    [
      'also west of it, and when the event waited',
      { EventTime: '2026-03-02 02:00:12', '@timestamp': '2026-03-02T10:20:00Z' },
      '2026-03-02T10:00:12.000Z',
    ],
    ['the collector’s when the local one is none', { EventTime: 'x', '@timestamp': TIME }, TIME],
  ])('is dated by %s', (_, times, expected) => {
    expect(windowsEventFromJson({ ...FLAT, ...times } as never)?.timeCreated).toBe(expected);
  });

  it('is not seen in other objects', () => {
    for (const record of [
      {},
      { EventID: 3 },
      { Event: 'x' },
      { winlog: 1 },
      { event_id: 3, type: 'x' },
      { System: 'x' },
      { body: { body: { ...FLAT } } },
      { win: {} },
    ])
      expect(windowsEventFromJson(record as never)).toBeUndefined();
  });

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.anything(),
        fc.constantFrom('winlog', 'Event', 'System', 'body', 'win', 'EventData'),
        (value, key) => {
          windowsEventFromJson({ ...FLAT, [key]: value } as never);
          windowsEventFromJson({ [key]: value, System: value } as never);
        },
      ),
    );
  });
});
