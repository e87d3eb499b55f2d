/**
 * Sysmon for Linux: event 3, network connection, as XML in syslog. Table Syslog.
 * Follows the upstream mapping ASimNetworkSessionLinuxSysmon 0.3.1 and corrects:
 * - the direction is what the event says (Initiated), not whether an address is the relay's;
 * - host names of `-` are empty; the rule is kept; the events are those of an end point.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { parseEventDataXml, parseWindowsEvent } from '../formats/windowsEvent';
import { fromMap } from './eventData';
import type { Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';
import { sysmonNames, sysmonSession } from './sysmonEvent';
import { eventIdentity, windowsEventRow } from './windowsEventRow';

function map(row: Row): SessionDraft | Refusal {
  const xml = row.text('SyslogMessage');
  const event = parseWindowsEvent(xml);
  const id = event?.eventId ?? /<EventID>(\d{1,3})<\/EventID>/.exec(xml)?.[1];
  if (id !== undefined && id !== '3') return skipped('notNetworkConnection');
  // A line that syslog cut: the values that are whole still tell the session.
  const data = fromMap(event?.data ?? parseEventDataXml(xml), sysmonNames);
  if (id === undefined || data === undefined) return dead('malformedXml');
  return sysmonSession(data, {
    computer: event?.computer || row.text('Computer'),
    system: 'Linux',
    identity: event === undefined ? '' : eventIdentity(windowsEventRow(event)),
    created: parseLogTime(event?.timeCreated ?? ''),
  });
}

export const sysmonForLinux: RowSource = {
  id: 'sysmonForLinux',
  vendor: 'Microsoft',
  product: 'Sysmon for Linux',
  table: 'Syslog',
  facts: 'ASimNetworkSessionLinuxSysmon 0.3.1',
  asim: { vendor: 'Microsoft', product: 'Sysmon for Linux', types: ['EndpointNetworkSession'] },
  filter: 'Event 3 of Linux-Sysmon; its other events are skipped (notNetworkConnection).',
  forms: ['syslog with the event as XML', 'event XML', 'journald JSON'],
  sweep: true,
  gaps: ['the events have no byte counts and no end'],
  format: 'rows',
  rows: {
    tables: { Syslog: ['SyslogMessage', 'ProcessName'] },
    owns: (row) => row.text('SyslogMessage').includes('Linux-Sysmon'),
    map,
  },
};
