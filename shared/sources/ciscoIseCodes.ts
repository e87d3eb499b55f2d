/** Messages of Cisco ISE that tell of a connection, by their code: what happened, and with which result. */
import type { ValueOf } from '../asim/enumerations';

export interface IseCode {
  readonly result: 'Success' | 'Failure';
  readonly action: ValueOf<'dvcAction'>;
  readonly subType: 'Start' | 'End';
  readonly meaning: string;
}

const up = (meaning: string): IseCode => ({ result: 'Success', action: 'Allow', subType: 'Start', meaning });
const closed = (meaning: string): IseCode => ({ result: 'Success', action: 'Allow', subType: 'End', meaning });
const failed = (meaning: string): IseCode => ({ result: 'Failure', action: 'Drop', subType: 'End', meaning });

export const ISE_CODES: ReadonlyMap<string, IseCode> = new Map([
  ['60235', up('SXP connection up')],
  ['61010', up('APIC connection up')],
  ['61025', up('TLS peer opened')],
  ['24000', up('LDAP connection up')],
  ['24400', up('AD agent connection up')],
  ['24850', up('ODBC connection up')],
  ['34148', up('JGroups TLS connection up')],
  ['34150', up('HTTPS TLS connection up')],
  ['34159', up('LDAPS connection up')],
  ['90063', up('domain controller connection up')],
  ['61011', closed('APIC disconnected')],
  ['61026', closed('TLS peer shut down')],
  ['34160', closed('LDAPS connection terminated')],
  ['90078', closed('domain controller connection closed')],
  ['60234', failed('SXP disconnected')],
  ['24001', failed('LDAP connection failed')],
  ['24019', failed('LDAP connection error')],
  ['24030', failed('SSL connection error')],
  ['24401', failed('AD agent connection failed')],
  ['24428', failed('connection to a domain controller failed (LRPC, LDAP or Kerberos)')],
  ['24429', failed('AD connection failed')],
  ['34120', failed('NAC manager connection failed')],
  ['90062', failed('domain controller connection failed')],
  ['90066', failed('domain controller connection lost')],
  ['60236', failed('SXP connection failed')],
  ['61231', failed('Kafka connection to ACI failed')],
  ['61232', failed('Kafka connection to ACI lost')],
  ['89003', failed('MDM server connection failed')],
  ['34147', failed('JGroups TLS connection failed')],
  ['34149', failed('HTTPS TLS connection failed')],
  ['34161', failed('LDAPS connection failed')],
  ['34162', failed('LDAPS connection failed')],
  ['34163', failed('LDAPS connection failed')],
  ['34164', failed('LDAPS connection failed')],
  ['91082', failed('DTLS connection failed (OCSP)')],
  ['11317', failed('TrustSec SSH connection failed')],
  ['60188', failed('SSH connection failed')],
  ['24851', failed('ODBC connection failed')],
  ['5405', failed('RADIUS request dropped')],
  ['5406', failed('TACACS+ request dropped')],
  ['60509', { result: 'Failure', action: 'Deny', subType: 'End', meaning: 'ERS connections exceed their maximum' }],
]);
