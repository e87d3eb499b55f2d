import { type Case, pick } from '../case';
import { eventDataXml, sysmonConnection } from './sysmonConnection';

export const sysmon: Case = {
  source: 'sysmon',
  table: 'Event',
  change: (n) => ({
    Source: 'Microsoft-Windows-Sysmon',
    EventLog: 'Microsoft-Windows-Sysmon/Operational',
    EventID: 3,
    Computer: pick(n, 2, 'pc1.example.net', 'srv2'),
    EventData: `<DataItem type="System.XmlData">${eventDataXml(sysmonConnection(n))}</DataItem>`,
  }),
};
