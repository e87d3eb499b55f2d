/** Cisco Meraki's flows, starts and ends of flows, and alerts. */
import { type Case, pick, START } from '../case';

export const ciscoMeraki: Case = {
  source: 'ciscoMeraki',
  table: 'meraki_CL',
  change: (n) => {
    const [source, destination] = [pick(n, 5, '10.0.0.4', '203.0.113.7'), pick(n, 2, '10.1.2.3', '198.51.100.23')];
    const type = pick(n, 1, 'flows', 'firewall', 'ip_flow_start', 'ids-alerts');
    const ports = type === 'ids-alerts' ? ['', ':51512', ':443'] : [' sport=51512 dport=443', '', ''];
    const rest = {
      flows: `${pick(n, 3, 'allow', 'deny', 'Blocked')} `,
      firewall: '',
      ip_flow_start: '',
      'ids-alerts': `signature=1:${n}:2 priority=${pick(n, 7, 1, 2, 3, 4)} direction=${pick(n, 3, 'ingress', 'egress')} `,
    }[type];
    const tail = {
      flows: '',
      firewall: ` pattern: ${pick(n, 3, 'allow all', '1 all', '0 tcp', 'deny (src 10.0.0.0/8)')}`,
      ip_flow_start: ` translated_src_ip=192.0.2.4 translated_port=${40_000 + n}`,
      'ids-alerts': ' message: an attempt',
    }[type];
    return {
      Computer: '',
      RawData: '',
      Message: `${START / 1000 + n}.250000000 mx_${n % 3} ${type} ${rest}src=${source}${ports[1]} dst=${destination}${ports[2]} protocol=${pick(n, 3, 'tcp', 'udp')}${ports[0]}${tail}`,
    };
  },
};
