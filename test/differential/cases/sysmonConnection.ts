import { pick } from '../case';

/** Values of Sysmon's connection event number `n`, by their names. */
export function sysmonConnection(n: number): Readonly<Record<string, string>> {
  return {
    RuleName: pick(n, 2, '-', 'a rule'),
    UtcTime: new Date(Date.UTC(2026, 2, 2, 9, 0, n, 345)).toISOString().replace('T', ' ').replace('Z', ''),
    ProcessGuid: '{00000000-0000-4000-8000-000000000001}',
    ProcessId: '4242',
    Image: pick(n, 3, 'C:\\app\\a.exe', '/usr/bin/curl', '-'),
    User: pick(n, 5, 'CORP\\alice', 'root', '-'),
    Protocol: pick(n, 4, 'tcp', 'udp'),
    Initiated: pick(n, 1, 'true', 'false'),
    SourceIp: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8:0:0:0:0:0:17'),
    SourceHostname: pick(n, 7, '-', 'pc1.example.net', 'pc2'),
    SourcePort: pick(n, 2, '51512', '53'),
    DestinationIp: pick(n, 5, '198.51.100.23', '10.1.2.3', '2001:db8:0:0:0:0:0:99'),
    DestinationHostname: pick(n, 11, '', 'www.example.org'),
    DestinationPort: pick(n, 3, '443', '40022'),
  };
}

/** The same as XML. */
export function eventDataXml(data: Readonly<Record<string, string>>): string {
  const values = Object.entries(data).map(([name, value]) => `<Data Name="${name}">${value}</Data>`);
  return `<EventData xmlns="http://schemas.microsoft.com/win/2004/08/events/event">${values.join('')}</EventData>`;
}
