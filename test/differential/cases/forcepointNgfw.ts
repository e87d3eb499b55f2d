import { type Case, pick, START } from '../case';

const MONTH = 'Mar 02 2026';

export const forcepointNgfw: Case = {
  source: 'forcepointNgfw',
  table: 'CommonSecurityLog',
  change: (n) => ({
    DeviceVendor: 'FORCEPOINT',
    DeviceProduct: 'Firewall',
    DeviceFacility: 'Packet Filtering',
    DeviceEventClassID: pick(n, 1, '70018', '70019', '70021', '70022', '70026', '70035'),
    DeviceAction: pick(n, 5, 'Allow', 'Discard', 'Refuse', 'Terminate (passive)'),
    Message: pick(n, 7, '', '', 'Connection was reset by server', 'Connection timeout in state TCP_SYN_SEEN'),
    DeviceName: '192.0.2.1',
    DeviceAddress: '192.0.2.1',
    Computer: 'fw1.example.net',
    ReceiptTime: `${MONTH} ${new Date(START + n * 1000).toISOString().slice(11, 19)}`,
    ApplicationProtocol: pick(n, 2, 'HTTPS', 'TCP/8443', 'POP3S'),
    Protocol: pick(n, 3, '6', '17'),
    SourceIP: pick(n, 3, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    SourcePort: 51_512,
    DestinationIP: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    DestinationPort: pick(n, 11, 443, null),
    SentBytes: n,
    ReceivedBytes: n * 10,
    SourceTranslatedAddress: '203.0.113.4',
    DeviceCustomString1: '1001.2',
    DeviceCustomString2: pick(n, 3, '', '2002.1'),
    DestinationServiceName: pick(n, 5, 'Generic-Web-HTTP', 'Sample-App'),
    RequestURL: '',
    AdditionalExtensions: '',
  }),
};
