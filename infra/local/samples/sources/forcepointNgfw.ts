/** Forcepoint NGFW: rows of CommonSecurityLog, and the lines of CEF. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `Mar 02 2026 10:00:42`, without a zone. */
function receipt(time: Date): string {
  const [year, month, day, clock] = time.toISOString().split(/[-T.]/);
  return `${MONTHS[Number(month) - 1]} ${day} ${year} ${clock}`;
}

const kindOf = ({ allowed }: Conversation): readonly [string, string] =>
  allowed ? ['70021', 'Connection_Closed'] : ['70019', 'Connection_Discarded'];

function line(one: Conversation): string {
  const [sent, received] = one.bytes;
  const rest = one.allowed ? `in=${received} out=${sent}` : 'act=Discard';
  return `<6>CEF:0|FORCEPOINT|Firewall|6.10|${kindOf(one).join('|')}|0|deviceExternalId=ngfw1 node 1 dvc=192.0.2.40 dvchost=192.0.2.40 src=${one.source} dst=${one.destination} spt=${one.sourcePort} dpt=${one.port} proto=6 deviceFacility=Packet Filtering rt=${receipt(one.end)} app=TCP/${one.port} cs1Label=RuleID cs1=1001.2 ${rest}\n`;
}

export const forcepointNgfw: SourceSample = {
  source: 'forcepointNgfw',
  table: 'CommonSecurityLog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'CommonSecurityLog',
        scene,
        all.map((one) => {
          const [DeviceEventClassID, Activity] = kindOf(one);
          return {
            TimeGenerated: one.end.toISOString(),
            DeviceVendor: 'FORCEPOINT',
            DeviceProduct: 'Firewall',
            DeviceVersion: '6.10',
            DeviceEventClassID,
            Activity,
            LogSeverity: '0',
            DeviceFacility: 'Packet Filtering',
            DeviceAddress: '192.0.2.40',
            DeviceExternalID: 'ngfw1 node 1',
            DeviceAction: one.allowed ? null : 'Discard',
            SourceIP: one.source,
            SourcePort: one.sourcePort,
            DestinationIP: one.destination,
            DestinationPort: one.port,
            Protocol: '6',
            ReceiptTime: receipt(one.end),
            SentBytes: one.bytes[0],
            ReceivedBytes: one.bytes[1],
          };
        }),
      ),
      { container: 'cef', name: 'ngfw1.log', content: all.map(line).join('') },
    ];
  },
};
