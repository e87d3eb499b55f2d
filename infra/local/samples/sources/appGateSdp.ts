/** AppGate SDP: audit records in the gateway's syslog, in the table Syslog, and as its newer log forwarder writes them. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';

function audit({ number, source, sourcePort, destination, port, inbound, allowed, bytes }: Conversation): object {
  return {
    action: allowed ? 'allow' : 'drop',
    client_ip: source,
    client_port: sourcePort,
    destination_ip: destination,
    destination_port: port,
    direction: inbound ? 'up' : 'down',
    distinguished_name_device_id: '00000000-0000-4000-8000-00000000000a',
    distinguished_name_user: 'alice@example.net',
    ...(allowed ? { rule_name: 'web' } : { 'drop-reason': 'no matching rule' }),
    entitlement_token_id: `token-${number}`,
    event_type: 'ip_access',
    packet_size: bytes[0],
    protocol: 'TCP',
    version: 19,
  };
}

export const appGateSdp: SourceSample = {
  source: 'appGateSdp',
  table: 'Syslog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'Syslog',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          EventTime: one.end.toISOString(),
          Computer: 'gateway1.example.net',
          HostName: 'gateway1.example.net',
          Facility: 'local5',
          SeverityLevel: 'info',
          ProcessName: 'cz-sessiond',
          SyslogMessage: `[AUDIT] ${JSON.stringify(audit(one))}`,
        })),
      ),
      {
        container: 'syslog',
        name: 'gateway1/audit.log',
        content: all
          .map(
            (one) =>
              `<174>1 ${one.end.toISOString()} gateway1.example.net cz-sessiond 812 - - [AUDIT] ${JSON.stringify(audit(one))}\n`,
          )
          .join(''),
      },
      {
        container: 'appgate',
        name: 'audit.json',
        content: jsonLines(
          all.map((one) => ({
            hostname: 'gateway1.example.net',
            daemon: 'cz-sessiond',
            timestamp: one.end.toISOString(),
            log: audit(one),
          })),
        ),
      },
    ];
  },
};
