/** A syslog line as a row of the table Syslog. */
import type { SyslogLine } from '../formats/syslog';
import { type Row, textRow } from './row';

export const SYSLOG = 'Syslog';

/** As Azure Monitor's agent writes it: the text after the tag in SyslogMessage, the tag in ProcessName. */
export function syslogRow(line: SyslogLine): Row {
  const time = line.time === undefined ? undefined : new Date(line.time).toISOString();
  return textRow(SYSLOG, {
    TimeGenerated: time,
    EventTime: time,
    Computer: line.host,
    HostName: line.host,
    ProcessName: line.program,
    ProcessID: line.processId,
    SyslogMessage: line.message,
  });
}
