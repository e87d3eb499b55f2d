/** Cisco ISE: dropped RADIUS requests, in its syslog and in the table Syslog. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

/** `CISE_category id segments segment time zone sequence code LEVEL class: text, pairs` */
function message({ number, source, sourcePort, destination, port, end }: Conversation): string {
  const id = String(number + 1).padStart(10, '0');
  const time = end.toISOString().replace('T', ' ').replace('Z', '');
  const pairs = [
    'ConfigVersionId=7',
    `Device IP Address=${source}`,
    `Device Port=${sourcePort}`,
    `DestinationIPAddress=${destination}`,
    `DestinationPort=${port}`,
    'Protocol=Radius',
    'NetworkDeviceName=switch1',
    'User-Name=alice',
    'Calling-Station-ID=00-00-5E-00-53-01',
    'FailureReason=11007 Could not locate Network Device or AAA Client',
  ];
  return `CISE_Failed_Attempts ${id} 1 0 ${time} +00:00 ${id} 5405 NOTICE RADIUS: RADIUS Request dropped, ${pairs.join(', ')},`;
}

/** `<priority>Mar  2 10:00:12 host` */
function header(date: Date): string {
  const month = date.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' });
  return `<181>${month} ${String(date.getUTCDate()).padStart(2, ' ')} ${date.toISOString().slice(11, 19)} ise1`;
}

export const ciscoIse: SourceSample = {
  source: 'ciscoIse',
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
          Computer: 'ise1',
          HostName: 'ise1',
          HostIP: '10.9.0.4',
          Facility: 'local6',
          SeverityLevel: 'notice',
          ProcessName: 'CISE_Failed_Attempts',
          SyslogMessage: message(one).replace(/^CISE_\w+ /, ''),
        })),
      ),
      {
        container: 'syslog',
        name: 'ise1/ise.log',
        content: all.map((one) => `${header(one.end)} ${message(one)}\n`).join(''),
      },
    ];
  },
};
