/** Gigamon's application metadata. */
import { type Case, pick } from '../case';

export const gigamon: Case = {
  source: 'gigamon',
  table: 'GigamonV2_CL',
  change: (n) => ({
    src_ip: pick(n, 5, '10.0.0.4', '203.0.113.7', ''),
    src_ipv6: '2001:db8::17',
    dst_ip: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    dst_ipv6: '',
    src_port: pick(n, 3, '51512', '22'),
    dst_port: pick(n, 4, '443', '53'),
    src_mac: '00-50-56-00-00-01',
    dst_mac: '',
    src_bytes: String(n * 1000),
    dst_bytes: String(n),
    src_packets: String(n % 9),
    dst_packets: String(n % 7),
    protocol: pick(n, 7, '6', '17'),
    app_name: pick(n, 3, 'https', 'dns', ''),
    start_time: new Date(Date.UTC(2026, 2, 2, 8, 0, n)).toISOString(),
    end_time: new Date(Date.UTC(2026, 2, 2, 8, 1, n)).toISOString(),
    generator: pick(n, 2, 'generator1', ''),
    vendor: 'Gigamon',
    id: `id-of-record-${n}`,
  }),
};
