/** Cisco ASA: connections built, torn down and denied. */
import { type Case, pick } from '../case';

function message(n: number): readonly [id: string, text: string] {
  const direction = pick(n, 3, 'inbound', 'outbound');
  const inner = pick(n, 5, '10.1.2.3', '10.0.0.4');
  const outer = pick(n, 2, '203.0.113.7', '198.51.100.23');
  const protocol = pick(n, 7, 'TCP', 'UDP');
  switch (n % 4) {
    case 0:
      return [
        protocol === 'TCP' ? '302013' : '302015',
        `Built ${direction} ${protocol} connection ${n} for outside:${outer}/443 (${outer}/443) to inside:${inner}/${50_000 + n} (192.0.2.4/${40_000 + n})`,
      ];
    case 1:
      return [
        '302014',
        `Teardown TCP connection ${n} for outside:${outer}/${pick(n, 3, 443, 51_512)} to inside:${inner}/${pick(n, 3, 51_512, 443)} duration ${n % 30}:00:0${n % 10} bytes ${n * 1000} ${pick(n, 2, 'TCP FINs', 'TCP Reset-I', 'SYN Timeout')}`,
      ];
    case 2:
      return [
        '106023',
        `Deny ${protocol.toLowerCase()} src outside:${outer}/40022 dst inside:${inner}/22 by access-group "outside_in" [0x0, 0x0]`,
      ];
    default:
      return [
        '106100',
        `access-list edge ${pick(n, 3, 'permitted', 'denied')} ${protocol.toLowerCase()} outside/${outer}(40022) -> inside/${inner}(22) hit-cnt ${n} first hit [0x1, 0x0]`,
      ];
  }
}

export const ciscoAsa: Case = {
  source: 'ciscoAsa',
  table: 'CommonSecurityLog',
  change: (n) => {
    const [id, text] = message(n);
    return {
      DeviceVendor: 'Cisco',
      DeviceProduct: 'ASA',
      DeviceEventClassID: id,
      Message: pick(n, 9, text, `%ASA-6-${id}: ${text}`),
      DeviceName: '',
      DeviceAddress: '192.0.2.1',
      Computer: 'asa1',
      CommunicationDirection: '',
      DeviceCustomString2: '',
    };
  },
};
