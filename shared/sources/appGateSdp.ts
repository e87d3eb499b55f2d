/**
 * AppGate SDP: audited access over the tunnel (`ip_access`). Table Syslog; JSON after `[AUDIT]`.
 * Follows the upstream mapping ASimNetworkSessionAppGateSDP 0.2 and corrects:
 * - the JSON is read as such, in any order of its keys, with every protocol, ICMP drops among them;
 * - the ICMP type has its name; user names without `@` are no UPNs.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { parseLogTime } from '../formats/logTime';
import { JsonRow, type Row, textRow } from './row';
import { dead, lineForm, type Refusal, type RowSource, skipped } from './source';
import { syslogRow } from './syslogRow';

const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['allow', 'Allow'],
  ['allow_report', 'Allow'],
  ['drop', 'Drop'],
  ['reject', 'Deny'],
  ['block', 'Deny'],
  ['block_report', 'Deny'],
]);
const PROGRAMS: ReadonlySet<string> = new Set(['cz-sessiond', 'cz-vpnd']);

/** The audit record in a message, undefined when it holds none. */
function audit(message: string): JsonObject | undefined {
  const start = message.indexOf('{', Math.max(message.indexOf('[AUDIT]'), 0));
  if (start < 0) return undefined;
  try {
    const record: unknown = JSON.parse(message.slice(start, message.lastIndexOf('}') + 1));
    if (typeof record !== 'object' || record === null) return undefined;
    // Newer log forwarders put the record into an envelope.
    const { log } = record as { log?: unknown };
    return (typeof log === 'object' && log !== null ? log : record) as JsonObject;
  } catch {
    return undefined;
  }
}

function map(row: Row): SessionDraft | Refusal {
  const message = row.text('SyslogMessage');
  if (!message.includes('ip_access')) return skipped('notIpAccess');
  const record = audit(message);
  if (record === undefined) return dead('malformedAudit');
  const fields = new JsonRow('Syslog', record);
  const get = (name: string): string => fields.text(name);
  if (get('event_type') !== 'ip_access') return skipped('notIpAccess');
  const direction = get('direction');
  const device = get('distinguished_name_device_id');
  return {
    EventEndTime: parseLogTime(get('timestamp')) ?? parseLogTime(row.text('EventTime')),
    EventOriginalType: get('event_type'),
    EventOriginalResultDetails: get('drop-reason'),
    EventProductVersion: get('version'),
    DvcAction: ACTIONS.get(get('action')),
    DvcOriginalAction: get('action'),
    DvcHostname: row.text('Computer'),
    SrcIpAddr: get('client_ip'),
    SrcPortNumber: get('client_port'),
    SrcNatIpAddr: get('source_ip'),
    SrcNatPortNumber: get('source_port'),
    SrcUsername: get('distinguished_name_user'),
    SrcDvcId: device,
    SrcDvcIdType: device === '' ? undefined : 'AppGateId',
    SrcGeoCountry: get('country_name'),
    SrcGeoCity: get('city_name'),
    SrcGeoRegion: get('region_name'),
    SrcGeoLatitude: get('lat'),
    SrcGeoLongitude: get('lon'),
    SrcBytes: get('packet_size'),
    DstIpAddr: get('destination_ip'),
    DstPortNumber: get('destination_port'),
    NetworkProtocol: get('protocol'),
    NetworkIcmpCode: get('icmp_type'),
    NetworkRuleName: get('rule_name'),
    NetworkSessionId: get('entitlement_token_id'),
    // Up is from the client to the protected network.
    NetworkDirection: direction === 'up' ? 'Inbound' : direction === 'down' ? 'Outbound' : undefined,
    AdditionalFields: { IcmpCode: get('icmp_code') },
  };
}

export const appGateSdp: RowSource = {
  id: 'appGateSdp',
  vendor: 'AppGate',
  product: 'SDP',
  table: 'Syslog',
  facts: 'ASimNetworkSessionAppGateSDP 0.2',
  asim: { vendor: 'AppGate', product: 'SDP', types: ['NetworkSession'] },
  filter: 'Audit records of type ip_access; other messages are skipped (notIpAccess).',
  forms: ['syslog', 'forwarded JSON with `event_type`'],
  sweep: true,
  gaps: ['SrcBytes is the size of one packet'],
  format: 'rows',
  rows: {
    tables: { Syslog: ['SyslogMessage', 'ProcessName'] },
    owns: (row) =>
      PROGRAMS.has(row.text('ProcessName')) || /\[AUDIT\].{0,200}"event_type"/.test(row.text('SyslogMessage')),
    map,
  },
  // Without a message id in the header, `[AUDIT]` is taken for its structured data.
  lineForms: [
    lineForm(
      ({ syslog, message }) => PROGRAMS.has(syslog?.program ?? '') && message.startsWith('{'),
      ({ syslog, message }) => syslogRow({ ...syslog, message: `[AUDIT] ${message}` }),
    ),
  ],
  objectForms: [
    {
      owns: (record) => {
        const inner = typeof record.log === 'object' && record.log !== null ? (record.log as JsonObject) : record;
        return inner.event_type === 'ip_access' && inner.client_ip !== undefined;
      },
      read: (record) =>
        textRow('Syslog', {
          SyslogMessage: `[AUDIT] ${JSON.stringify(record)}`,
          Computer: typeof record.hostname === 'string' ? record.hostname : undefined,
          EventTime: typeof record.timestamp === 'string' ? record.timestamp : undefined,
        }),
    },
  ],
};
