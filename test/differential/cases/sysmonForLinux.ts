import { type Case, pick } from '../case';
import { eventDataXml, sysmonConnection } from './sysmonConnection';

export const sysmonForLinux: Case = {
  source: 'sysmonForLinux',
  table: 'Syslog',
  change: (n) => ({
    ProcessName: 'sysmon',
    SyslogMessage: `<Event><System><Provider Name="Linux-Sysmon" Guid="{0}"/><EventID>3</EventID><EventRecordID>${n}</EventRecordID><Channel>Linux-Sysmon/Operational</Channel><Computer>${pick(n, 2, 'lin1.example.net', 'lin2')}</Computer></System>${eventDataXml(sysmonConnection(n))}</Event>`,
  }),
};
