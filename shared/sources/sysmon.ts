/**
 * Sysmon on Windows: event 3, network connection. Tables Event and WindowsEvent, and the event itself as XML or shippers' JSON.
 * Follows the upstream mappings ASimNetworkSessionMicrosoftSysmon 0.2.0 and …WindowsEvent 0.2.1 and corrects:
 * - user and process are of the side that Initiated tells; upstream has them exchanged;
 * - the device is the computer that reports, not the remote host; the direction is set;
 * - rule names of `-` are empty; versions are spelled IPv4 and IPv6.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { eventData } from './eventData';
import type { Row } from './row';
import { dead, type Refusal, type RowSource, skipped } from './source';
import { sysmonNames, sysmonSession } from './sysmonEvent';
import { eventIdentity, WINDOWS_EVENT_FORMS } from './windowsEventRow';

const PROVIDER = 'Microsoft-Windows-Sysmon';

function provider(row: Row): string {
  return row.text(row.table === 'Event' ? 'Source' : 'Provider');
}

function map(row: Row): SessionDraft | Refusal {
  if (row.text('EventID') !== '3') return skipped('notNetworkConnection');
  const data = eventData(row, sysmonNames);
  if (data === undefined) return dead('noEventData');
  return sysmonSession(data, {
    computer: row.text('Computer'),
    system: 'Windows',
    identity: eventIdentity(row),
    created: parseLogTime(row.text('TimeCreated')),
  });
}

export const sysmon: RowSource = {
  id: 'sysmon',
  vendor: 'Microsoft',
  product: 'Sysmon',
  table: 'Event, WindowsEvent',
  facts: 'ASimNetworkSessionMicrosoftSysmon 0.2.0, ASimNetworkSessionMicrosoftSysmonWindowsEvent 0.2.1',
  asim: { vendor: 'Microsoft', product: 'Sysmon', types: ['EndpointNetworkSession'] },
  filter: 'Event 3 of Microsoft-Windows-Sysmon; its other events are skipped (notNetworkConnection).',
  forms: WINDOWS_EVENT_FORMS,
  sweep: true,
  gaps: ['the events have no byte counts and no end'],
  format: 'rows',
  rows: {
    tables: {
      Event: ['EventLog', 'EventID', 'EventData', 'Source'],
      WindowsEvent: ['Provider', 'Channel', 'EventID', 'EventData', 'EventRecordId'],
    },
    owns: (row) => provider(row) === PROVIDER,
    map,
  },
};
