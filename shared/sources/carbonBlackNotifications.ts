/**
 * Carbon Black Cloud's notifications and alerts (both of its schemas): most of them enrich connections; those of the host firewall, of
 * intrusion detection and of containers name both ends and are sessions of their own.
 */
import type { SessionDraft } from '../asim/sessionDraft';
import type { JsonObject } from '../formats/json';
import { actionOf, endsOf, peerName, protocolOf, timeOf } from './carbonBlackNames';
import { type Row, withoutSuffixes } from './row';
import { type Refusal, skipped } from './source';

const INTRUSION = 'INTRUSION_DETECTION_SYSTEM';
const TYPES: ReadonlySet<string> = new Set([
  'THREAT',
  'THREAT_HUNTER',
  'POLICY_ACTION',
  'CB_ANALYTICS',
  'WATCHLIST',
  'DEVICE_CONTROL',
  'HOST_BASED_FIREWALL',
  INTRUSION,
  'CONTAINER_RUNTIME',
  'NETWORK_TRAFFIC_ANALYSIS',
  'watchlist.hit',
]);
const HIGHEST_SERVICE = 1023;

/** Whether a JSON object is a notification or an alert. */
export function isNotification(record: JsonObject): boolean {
  if ('deviceInfo' in record && ('threatInfo' in record || 'threatHunterInfo' in record)) return true;
  return (
    typeof record.type === 'string' && TYPES.has(record.type) && ('org_key' in record || 'legacy_alert_id' in record)
  );
}

/** Who began: as the record says, else whoever talks to a service's port. */
function begins(direction: string, localPort: string, remotePort: string): 'device' | 'peer' {
  if (direction !== '') return /^(true|in|ingress)/i.test(direction) ? 'peer' : 'device';
  const [local, remote] = [Number(localPort), Number(remotePort)];
  return local > 0 && local <= HIGHEST_SERVICE && remote > HIGHEST_SERVICE ? 'peer' : 'device';
}

export function mapNotification(row: Row): SessionDraft | Refusal {
  const get = withoutSuffixes(row);
  const end = (of: 'local' | 'remote'): string =>
    get(`netconn_${of}_ip`) || get(`netconn_${of}_ipv4`) || get(`netconn_${of}_ipv6`);
  const [local, remote] = [end('local') || get('device_internal_ip'), end('remote') || get('remote_ip')];
  if (local === '' || remote === '') return skipped('enrichmentOnly');
  const stated = get('netconn_inbound') || get('netconn_direction') || get('connection_type');
  const [localPort, remotePort] = [get('netconn_local_port'), get('netconn_remote_port') || get('port')];
  const began = begins(stated, localPort, remotePort);
  const type = get('type');
  return {
    EventType: type === INTRUSION ? 'IDS' : 'EndpointNetworkSession',
    EventStartTime: timeOf(get('first_event_timestamp')),
    EventEndTime:
      timeOf(get('last_event_timestamp')) ??
      timeOf(get('eventTime')) ??
      timeOf(get('detection_timestamp')) ??
      timeOf(get('backend_timestamp')),
    EventOriginalType: type,
    EventOriginalUid: get('eventId') || get('id'),
    EventOriginalSeverity: get('severity') || get('Severity'),
    EventMessage: get('eventDescription') || get('reason'),
    EventReportUrl: get('url') || get('alert_url'),
    DvcAction: actionOf(get('sensor_action')),
    DvcOriginalAction: get('sensor_action'),
    DvcId: get('device_id') || get('deviceInfo_deviceId'),
    DvcOs: get('device_os'),
    DvcOsVersion: get('device_os_version') || get('deviceInfo_deviceVersion'),
    NetworkProtocol: protocolOf(get('netconn_protocol') || get('protocol')),
    NetworkDirection: stated === '' ? undefined : began === 'peer' ? 'Inbound' : 'Outbound',
    stated: began === 'peer' ? 'Inbound' : 'Outbound',
    NetworkRuleName: get('ruleName') || get('k8s_rule') || get('rule_id'),
    ThreatId: get('threat_id'),
    ThreatName: get('threat_name'),
    AdditionalFields: {
      Reason: get('reason_code'),
      Summary: get('threatInfo_summary'),
      AlertId: get('id'),
      ProcessGuid: get('process_guid'),
      ProcessCommandLine: get('process_cmdline'),
      DvcExternalIpAddr: get('device_external_ip'),
      DvcScopeId: get('org_key'),
    },
    ...endsOf(
      {
        ip: local,
        port: localPort,
        name: get('device_name') || get('deviceInfo_deviceName'),
        user: get('process_username'),
        process: get('process_name'),
        processId: get('process_pid'),
        bytes: '',
      },
      { ip: remote, port: remotePort, name: peerName(get('netconn_remote_domain') || get('remote_domain')), bytes: '' },
      began,
    ),
  };
}
