/** Illumio Core. */
import { type Case, pick } from '../case';

export const illumioCore: Case = {
  source: 'illumioCore',
  table: 'Illumio_Flow_Events_CL',
  change: (n) => ({
    src_ip: pick(n, 5, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    dst_ip: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    dst_port: pick(n, 3, 443, 53),
    src_hostname: pick(n, 3, 'web1', ''),
    dst_hostname: pick(n, 4, 'db1.example.net', ''),
    dst_dbi: n * 10,
    dst_dbo: n * 3,
    proto: pick(n, 7, 6, 17),
    version: 4,
    dir: pick(n, 2, 'I', 'O', ''),
    pd: pick(n, 1, 0, 1, 2, 3),
    flow_count: pick(n, 5, 1, 0, 12),
    interval_sec: 600,
    ddms: pick(n, 3, 120, null),
    state: pick(n, 2, 'A', 'T', 'C', 'S'),
    pn: pick(n, 2, 'postgres', ''),
    un: pick(n, 5, 'EXAMPLE\\db', ''),
    icmp_type: null,
  }),
};
