/** AWS VPC flow logs. */
import { type Case, pick } from '../case';

export const awsVpc: Case = {
  source: 'awsVpc',
  table: 'AWSVPCFlow',
  change: (n) => ({
    LogStatus: 'OK',
    Version: 5,
    AccountId: pick(n, 3, '111122223333', 'unknown'),
    InterfaceId: pick(n, 2, 'eni-1', 'eni-2'),
    VpcId: pick(n, 5, 'vpc-1', ''),
    SrcAddr: pick(n, 5, '10.0.0.4', '203.0.113.7', '2001:db8::17'),
    DstAddr: pick(n, 2, '10.1.2.3', '198.51.100.23'),
    SrcPort: pick(n, 3, 443, 51_512, 53),
    DstPort: pick(n, 4, 40_022, 8080, 22),
    Protocol: pick(n, 7, 6, 17, 1),
    Packets: n % 9,
    Bytes: n * 1000,
    Start: new Date(Date.UTC(2026, 2, 2, 8, 0, n)).toISOString(),
    End: new Date(Date.UTC(2026, 2, 2, 8, 1, n)).toISOString(),
    Action: pick(n, 2, 'ACCEPT', 'REJECT'),
    FlowDirection: pick(n, 3, 'ingress', 'egress', ''),
    TcpFlags: pick(n, 5, 2, 3, 18, 0, null),
    PktSrcAddr: pick(n, 4, '', '192.0.2.44'),
    PktDstAddr: '',
    PktSrcAwsService: pick(n, 6, 'S3', '-', ''),
    PktDstAwsService: pick(n, 7, '', 'EC2'),
  }),
};
