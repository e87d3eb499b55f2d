/**
 * Forcepoint NGFW: packet filtering, inspection and file filtering, as CEF. Table CommonSecurityLog.
 * Follows the upstream mapping ASimNetworkSessionForcePointFirewall 0.1 and corrects: a closed connection is a normal end (Allow,
 * Success), not a reset; the times are read from their text; the serial's type is one of the schema's.
 */
import type { ValueOf } from '../asim/enumerations';
import type { SessionDraft } from '../asim/sessionDraft';
import { parseLogTime } from '../formats/logTime';
import { COMMON_SECURITY_LOG, isOfProduct, securityLog } from './commonSecurityLog';
import type { Row } from './row';
import { type Refusal, type RowSource, skipped } from './source';

const FACILITIES: ReadonlySet<string> = new Set(['packet filtering', 'inspection', 'file filtering']);
/** Packet filtering messages that are no sessions. */
const LEFT_OUT: ReadonlySet<string> = new Set(['70383', '70393', '71009', '71040']);
const INSPECTED = '70734';
/** From here on inspection tells of attacks. */
const FIRST_ATTACK = 80_000;
const FIRST_SEVERE = 200_000;

interface Outcome {
  readonly action?: ValueOf<'dvcAction'>;
  readonly result: 'Success' | 'Failure';
  readonly details?: ValueOf<'eventResultDetails'>;
  readonly subType?: 'Start' | 'End';
}
const EVENTS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['70018', { action: 'Allow', result: 'Success', subType: 'Start' }],
  ['70019', { action: 'Deny', result: 'Failure', subType: 'End' }],
  ['70021', { action: 'Allow', result: 'Success', subType: 'End' }],
  ['70022', { action: 'Reset', result: 'Failure', subType: 'End' }],
  ['70026', { action: 'Allow', result: 'Success' }],
  ['76506', { action: 'Allow', result: 'Success' }],
  ['76508', { action: 'Deny', result: 'Failure' }],
  ['76509', { result: 'Failure' }],
]);
const ACTIONS: ReadonlyMap<string, Outcome> = new Map<string, Outcome>([
  ['allow', { action: 'Allow', result: 'Success' }],
  ['permit', { action: 'Allow', result: 'Success' }],
  ['discard', { action: 'Drop', result: 'Failure' }],
  ['refuse', { action: 'Deny', result: 'Failure' }],
  ['terminate', { action: 'Reset Source', result: 'Failure' }],
  ['terminate (passive)', { action: 'Reset Destination', result: 'Failure' }],
  ['terminate (reset)', { action: 'Reset', result: 'Failure' }],
  ['terminate (failed)', { result: 'Failure' }],
  ['wait for authentication', { result: 'Success' }],
  ['wait for further actions', { result: 'Success' }],
  ['wait for rpc reply', { result: 'Success' }],
]);
/** What a packet filtering message says overrides its id. */
const MESSAGES: readonly (readonly [RegExp, Outcome])[] = [
  [
    /^Connection dropped|removed because NGFW Engine is low on memory/i,
    { action: 'Drop', result: 'Failure', details: 'Terminated' },
  ],
  [/reset by client/i, { action: 'Reset Source', result: 'Failure', details: 'Reset' }],
  [/reset by server/i, { action: 'Reset Destination', result: 'Failure', details: 'Reset' }],
  [/TCP state violation/i, { action: 'Deny', result: 'Failure', details: 'Invalid TCP' }],
  [/invalid packet|not a (?:valid )?SYN packet/i, { result: 'Failure', details: 'Invalid TCP' }],
  [/Query timed out/i, { result: 'Failure', details: 'Timeout' }],
  [
    /Connection timeout in state (?:TCP_ESTABLISHED|TCP_LAST_ACK_WAIT|TCP_SYN_ACK_SEEN|TCP_SYN_RETURN|TCP_SYN_SEEN|TCP_TIME_WAIT_ACK|ICMP_ECHO|ICMP_REPLY_WAIT)\b/i,
    { result: 'Failure', details: 'Timeout' },
  ],
  [/Connection timeout in state/i, { action: 'Allow', result: 'Success', details: 'Timeout' }],
  [/Referred connection not known/i, { result: 'Failure' }],
];
/** Names of services as the application's protocol. */
const PROTOCOLS: ReadonlyMap<string, string> = new Map([
  ['http-over-quic', 'HTTP'],
  ['http proxy', 'HTTP'],
  ['squid http proxy', 'HTTP'],
  ['dns over tls', 'DNS'],
  ['pop3s', 'POP3'],
  ['pop2', 'POP'],
  ['smtp submission service', 'SMTP'],
  ['imap3', 'IMAP'],
  ['nntps', 'NNTP'],
  ['telnets', 'TELNET'],
  ['irc-default', 'IRC'],
  ['ircs', 'IRC'],
  ['irc-serv', 'IRC'],
  ['ftps (control)', 'FTPS'],
  ['ftps (data)', 'FTPS'],
  ['radius (accounting)', 'RADIUS'],
  ['radius (old)', 'RADIUS'],
  ['radius accounting (old)', 'RADIUS'],
  ['kerberos iv', 'KERBEROS'],
  ['rlogin', 'RLP'],
  ['uucp-rlogin', 'UUCP'],
  ['photuris (icmp)', 'ICMP'],
  ['sprite-rpc', 'RPC'],
  ['nsfnet-igp', 'IGP'],
  ['merit-nsp', 'NSP'],
  ['mfe-nsp', 'NSP'],
  ['i-nlsp', 'NLSP'],
  ['xns-idp', 'XNS'],
  ['secure-vmtp', 'VMTP'],
  ['dcn-meas', 'DCN'],
]);
/** Families of names. */
const FAMILIES: readonly (readonly [RegExp, string])[] = [
  [/^GTP\b/i, 'GTP'],
  [/^IPv6 ICMP\b/i, 'ICMP'],
];

/** A service's name as its protocol; '' for a bare port (`TCP/8443`). */
function applicationProtocol(service: string): string {
  if (PORT.test(service)) return '';
  const family = FAMILIES.find(([pattern]) => pattern.test(service))?.[1];
  return family ?? PROTOCOLS.get(service.toLowerCase()) ?? service.toUpperCase();
}

const PORT = /^(?:TCP|UDP)\/(\d{1,5})$/i;
/** File filtering that found something. */
const INFECTED: ReadonlySet<string> = new Set(['76508', '76509']);
const GENERIC: ReadonlySet<string> = new Set([
  'Generic-Web-HTTP',
  'Application-Unknown',
  'Unknown-Encrypted-Application',
]);

const ADDRESS = /^[\d.]+$|:/;

/** `v4:port`, `[v6]:port`, `host:port`. */
function hostAndPort(url: string): { readonly host: string; readonly port: string } {
  const parts = /^(?:[a-z]{2,8}:\/\/)?(?:\[([0-9a-f:.]{2,45})\]|([^/:\s]{1,253}))(?::(\d{1,5}))?/i.exec(url);
  return { host: parts?.[1] ?? parts?.[2] ?? '', port: parts?.[3] ?? '' };
}

function map(row: Row): SessionDraft | Refusal {
  const log = securityLog(row);
  const get = (column: string): string => log.text(column);
  const id = get('DeviceEventClassID');
  const named = get('DeviceFacility').toLowerCase();
  // Accounting, too, tells of connections, by the messages of packet filtering.
  const facility = named === 'accounting' && EVENTS.has(id) ? 'packet filtering' : named;
  if (!FACILITIES.has(facility) || id === '' || id === '0' || LEFT_OUT.has(id)) return skipped('notConnection');
  const inspection = facility === 'inspection' || id === INSPECTED;
  const packet = facility === 'packet filtering' && !inspection;
  const message = get('Message');
  const action = get('DeviceAction');
  const said = packet ? MESSAGES.find(([pattern]) => pattern.test(message))?.[1] : undefined;
  const outcome = said ?? EVENTS.get(id) ?? ACTIONS.get(action.toLowerCase());
  const failedFile = facility === 'file filtering' && message !== '';
  const requested = get('RequestURL') || log.extension('requestURL');
  const url = hostAndPort(requested);
  const isAddress = ADDRESS.test(url.host);
  const application = get('ApplicationProtocol');
  const numbered = PORT.exec(application)?.[1];
  const code = Number(id);
  const attack = inspection && code >= FIRST_ATTACK;
  const allowed = /^(allow|permit)$/i.test(action);
  const rules = [get('DeviceCustomString1'), get('DeviceCustomString2')].filter((rule) => rule !== '');
  const service = get('DestinationServiceName');
  const appName = GENERIC.has(service) ? '' : service;
  return {
    EventType: attack ? 'IDS' : 'NetworkSession',
    EventEndTime: parseLogTime(get('ReceiptTime')),
    EventSubType: EVENTS.get(id)?.subType,
    EventResult: failedFile ? 'Failure' : outcome?.result,
    EventResultDetails: outcome?.details,
    EventSeverity: inspection
      ? allowed
        ? 'Informational'
        : code >= FIRST_SEVERE
          ? 'High'
          : 'Low'
      : outcome?.result === 'Failure' || failedFile
        ? 'Low'
        : undefined,
    EventOriginalSeverity: get('LogSeverity'),
    EventOriginalType: id,
    EventOriginalSubType: get('DeviceFacility'),
    EventOriginalResultDetails: failedFile || said !== undefined ? message : '',
    EventMessage: message,
    EventProductVersion: get('DeviceVersion'),
    DvcAction: outcome?.action,
    DvcOriginalAction: action,
    // The device's name is often its address: then the sender's is better.
    DvcHostname: ADDRESS.test(get('DeviceName')) ? get('Computer') : get('DeviceName') || get('Computer'),
    DvcIpAddr: get('DeviceAddress'),
    DvcId: get('DeviceExternalID'),
    DvcInboundInterface: get('DeviceInboundInterface'),
    DvcOutboundInterface: get('DeviceOutboundInterface'),
    SrcIpAddr: get('SourceIP'),
    SrcPortNumber: get('SourcePort'),
    SrcNatIpAddr: get('SourceTranslatedAddress'),
    SrcNatPortNumber: get('SourceTranslatedPort'),
    SrcUsername: get('SourceUserName'),
    SrcBytes: get('SentBytes'),
    DstIpAddr: get('DestinationIP') || (isAddress ? url.host : ''),
    DstPortNumber: get('DestinationPort') || url.port || numbered,
    DstHostname: isAddress ? '' : url.host,
    DstNatIpAddr: get('DestinationTranslatedAddress'),
    DstNatPortNumber: get('DestinationTranslatedPort'),
    DstBytes: get('ReceivedBytes'),
    DstAppName: appName,
    NetworkProtocol: get('Protocol'),
    NetworkApplicationProtocol: applicationProtocol(application),
    NetworkRuleName: rules.join(','),
    ...((attack || INFECTED.has(id)) && {
      ThreatId: get('DeviceCustomString3'),
      ThreatCategory: get('DeviceEventCategory'),
      ThreatName: get('Activity'),
    }),
    AdditionalFields: {
      RequestMethod: get('RequestMethod') === 'UNKNOWN' ? '' : get('RequestMethod'),
      RequestUrl: requested,
      VirusId: get('DeviceCustomString4'),
    },
    ...(appName !== '' && { DstAppType: 'Service' as const }),
  };
}

export const forcepointNgfw: RowSource = {
  id: 'forcepointNgfw',
  vendor: 'Forcepoint',
  product: 'NGFW',
  table: COMMON_SECURITY_LOG,
  facts: 'ASimNetworkSessionForcePointFirewall 0.1',
  asim: { vendor: 'Forcepoint', product: 'Firewall', types: ['NetworkSession', 'IDS'] },
  filter:
    'Packet filtering, inspection and file filtering; accounting by the messages of connections; other facilities and four message ids are skipped (notConnection).',
  forms: ['CEF'],
  sweep: true,
  gaps: ['LEEF is not read', 'a record with a host name and no destination address is a dead letter'],
  format: 'rows',
  rows: {
    tables: { [COMMON_SECURITY_LOG]: ['DeviceVendor', 'DeviceProduct'] },
    owns: (row) => isOfProduct(row, 'forcepoint', 'firewall'),
    map,
  },
};
