/** Sysmon for Linux: rows of Syslog, syslog with the events as XML, and what journald tells of them. */
import { type Conversation, everything } from './conversations';
import { exportedRows, jsonLines, type SourceSample } from './scene';
import { networkConnection } from './sysmon';
import { computerOf } from './windowsEvents';

function event(one: Conversation): string {
  const data = Object.entries(networkConnection(one, '/usr/bin/sample', 'sample'));
  const values = data.map(([name, value]) => `<Data Name="${name}">${value}</Data>`).join('');
  const header =
    '<Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/><EventID>3</EventID><Version>5</Version>' +
    `<TimeCreated SystemTime="${one.start.toISOString()}"/><EventRecordID>${7000 + one.number}</EventRecordID>` +
    `<Channel>Linux-Sysmon/Operational</Channel><Computer>${computerOf(one)}</Computer><Security UserId="0"/>`;
  return `<Event><System>${header}</System><EventData>${values}</EventData></Event>`;
}

export const sysmonForLinux: SourceSample = {
  source: 'sysmonForLinux',
  table: 'Syslog',
  write(scene) {
    const all = everything(scene);
    return [
      exportedRows(
        'Syslog',
        scene,
        all.map((one) => ({
          TimeGenerated: one.end.toISOString(),
          Computer: computerOf(one),
          HostName: computerOf(one),
          Facility: 'user',
          SeverityLevel: 'info',
          ProcessName: 'sysmon',
          SyslogMessage: event(one),
        })),
      ),
      {
        container: 'syslog',
        name: 'sysmon.log',
        content: all
          .map((one) => `${one.end.toISOString().replace('Z', '000+00:00')} ${computerOf(one)} sysmon: ${event(one)}\n`)
          .join(''),
      },
      {
        container: 'syslog',
        name: 'journal.json',
        content: jsonLines(
          all.map((one) => ({
            __REALTIME_TIMESTAMP: `${one.end.getTime()}000`,
            _HOSTNAME: computerOf(one),
            SYSLOG_IDENTIFIER: 'sysmon',
            MESSAGE: event(one),
          })),
        ),
      },
    ];
  },
};
