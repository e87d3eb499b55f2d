import { type Case, pick, START } from '../case';

export const corelightZeek: Case = {
  source: 'corelightZeek',
  table: 'Corelight_CL',
  change: (n) => ({
    Message: JSON.stringify({
      _path: pick(n, 9, 'conn', 'conn_red'),
      _system_name: 'sensor1',
      ts: new Date(START + n * 1000 - 250).toISOString(),
      uid: `C${String(n).padStart(15, '0')}`,
      'id.orig_h': pick(n, 2, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
      'id.orig_p': pick(n, 5, 51_512, 8),
      'id.resp_h': pick(n, 3, '198.51.100.23', '10.1.2.3'),
      'id.resp_p': pick(n, 5, 443, 0),
      proto: pick(n, 5, 'tcp', 'icmp'),
      service: pick(n, 4, 'ssl', undefined, 'dns'),
      duration: pick(n, 1, 0.25, 0.25),
      orig_bytes: pick(n, 3, n, undefined),
      resp_bytes: n * 10,
      orig_ip_bytes: n + 40,
      resp_ip_bytes: n * 10 + 40,
      orig_pkts: n % 9,
      resp_pkts: n % 7,
      conn_state: pick(n, 1, 'S0', 'S1', 'SF', 'REJ', 'S2', 'RSTO', 'RSTRH', 'SH', 'OTH'),
      local_orig: n % 2 === 1,
      local_resp: pick(n, 2, false, true),
      history: 'ShADadFf',
      community_id: `1:${n}`,
    }),
    RawData: '',
  }),
};
