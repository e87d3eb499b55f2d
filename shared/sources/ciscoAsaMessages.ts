/** Texts of Cisco ASA messages (FTD's Lina messages are the same), by message id: what of a connection each tells. */
import type { ValueOf } from '../asim/enumerations';

/** Parts of a message as they stand; absent where the message has none. */
export interface AsaParts {
  readonly action: 'Allow' | 'Deny' | 'Drop';
  readonly subType?: 'Start' | 'End';
  readonly direction?: 'Inbound' | 'Outbound';
  readonly protocol?: string;
  readonly source?: AsaEnd;
  readonly destination?: AsaEnd;
  readonly rule?: string;
  readonly session?: string;
  readonly duration?: string;
  readonly bytes?: string;
  readonly reason?: string;
  readonly icmpType?: string;
  readonly icmpCode?: string;
  readonly hits?: string;
  readonly threat?: string;
}

export interface AsaEnd {
  readonly interface?: string;
  readonly address: string;
  readonly port?: string;
  readonly natAddress?: string;
  readonly natPort?: string;
  readonly user?: string;
}

const ADDRESS = String.raw`[0-9A-Fa-f.:]{2,45}|any|0`;
/** `interface:address/port (mapped/port)(user)`: interface names hold dots and dashes. */
const END = (name: string): string =>
  String.raw`(?<${name}If>[\w.@-]{1,60}):(?<${name}Ip>${ADDRESS})(?:\/(?<${name}Port>[\w-]{1,30}))?(?:\s?\((?<${name}NatIp>[0-9A-Fa-f.:]{2,45})\/(?<${name}NatPort>\d{1,5})\))?(?:\s?\((?<${name}User>[^()]{1,100})\))?`;
const PLAIN = (name: string): string => String.raw`(?<${name}Ip>${ADDRESS})(?:\/(?<${name}Port>[\w-]{1,30}))?`;
const INTERFACE = String.raw`(?:\s+on interface (?<dstIf>[\w.@-]{1,60}))?`;
const ICMP = String.raw`(?:\s*\(type (?<type>\d{1,3}), code (?<code>\d{1,3})\))?`;

interface Shape {
  readonly pattern: RegExp;
  readonly action: AsaParts['action'];
  readonly subType?: 'Start' | 'End';
  readonly protocol?: string;
  readonly threat?: string;
}

const shape = (pattern: string, action: AsaParts['action'], more: Partial<Shape> = {}): Shape => ({
  pattern: new RegExp(pattern, 'i'),
  action,
  ...more,
});

const BUILT = String.raw`Built (?<direction>inbound|outbound) (?<protocol>\w{2,8}) connection (?<session>\d{1,20}) for ${END('src')} to ${END('dst')}`;
const TEARDOWN = String.raw`Teardown (?<protocol>\w{2,8}) connection (?<session>\d{1,20}) for ${END('src')} to ${END('dst')}(?: duration (?<duration>\d{1,6}:\d{2}:\d{2}))?(?: bytes (?<bytes>\d{1,20}))?(?: (?<reason>[A-Za-z][^()]{1,100}?))?(?: from [\w.@-]{1,60})?(?:\s\([^()]{1,100}\))?\s*$`;
const ICMP_CONNECTION = String.raw`(?:Built|Teardown) (?:(?<direction>inbound|outbound) )?ICMP connection (?:\d{1,20} )?for faddr (?<faddrIp>[0-9A-Fa-f.:]{2,45})\/\d{1,5}(?:\s?\((?<user>[^()]{1,100})\))? gaddr (?<gaddrIp>[0-9A-Fa-f.:]{2,45})\/\d{1,5} laddr (?<laddrIp>[0-9A-Fa-f.:]{2,45})\/\d{1,5}(?:\s?\([^()]{1,100}\))?(?: type (?<type>\d{1,3}) code (?<code>\d{1,3}))?`;
const TO_THE_BOX = String.raw`(?<protocol>\w{2,8}) [a-zA-Z ]{3,40}? from ${PLAIN('src')} to ${END('dst')}`;

const SHAPES: ReadonlyMap<string, Shape> = new Map([
  [
    '106001',
    shape(
      String.raw`Inbound TCP connection denied from ${PLAIN('src')} to ${PLAIN('dst')} flags [\w ]{1,60}?${INTERFACE}\s*$`,
      'Deny',
      { protocol: 'TCP' },
    ),
  ],
  [
    '106002',
    shape(
      String.raw`(?<protocol>\w{2,8}) Connection denied by outbound list (?<rule>\S{1,60}) src ${PLAIN('src')} dest ${PLAIN('dst')}`,
      'Deny',
    ),
  ],
  [
    '106006',
    shape(String.raw`Deny inbound UDP from ${PLAIN('src')} to ${PLAIN('dst')}${INTERFACE}`, 'Deny', {
      protocol: 'UDP',
    }),
  ],
  [
    '106007',
    shape(
      String.raw`Deny inbound UDP from ${PLAIN('src')} to ${PLAIN('dst')} due to DNS (?<reason>Query|Response)`,
      'Deny',
      { protocol: 'UDP' },
    ),
  ],
  [
    '106010',
    shape(
      String.raw`Deny inbound (?<protocol>protocol \d{1,3}|\w{2,8}) src ${END('src')} dst ${END('dst')}${ICMP}`,
      'Deny',
    ),
  ],
  ['106012', shape(String.raw`Deny IP from ${PLAIN('src')} to ${PLAIN('dst')}, IP options`, 'Deny')],
  [
    '106013',
    shape(String.raw`Dropping echo request from ${PLAIN('src')} to PAT address ${PLAIN('dst')}`, 'Drop', {
      protocol: 'ICMP',
    }),
  ],
  ['106014', shape(String.raw`Deny inbound (?<protocol>\w{2,8}) src ${END('src')} dst ${END('dst')}${ICMP}`, 'Deny')],
  [
    '106015',
    shape(
      String.raw`Deny TCP \(no connection\) from ${PLAIN('src')} to ${PLAIN('dst')} flags [\w ]{1,60}?${INTERFACE}\s*$`,
      'Deny',
      { protocol: 'TCP' },
    ),
  ],
  [
    '106016',
    shape(String.raw`Deny IP spoof from \(?${PLAIN('src')}\)? to ${PLAIN('dst')}${INTERFACE}`, 'Deny', {
      threat: 'IP spoof',
    }),
  ],
  [
    '106017',
    shape(`Deny IP due to Land Attack from ${PLAIN('src')} to ${PLAIN('dst')}`, 'Deny', {
      threat: 'Land Attack',
    }),
  ],
  [
    '106018',
    shape(
      String.raw`ICMP packet type (?<type>\d{1,3}) denied by outbound list (?<rule>\S{1,60}) src ${PLAIN('src')} dest ${PLAIN('dst')}`,
      'Deny',
      { protocol: 'ICMP' },
    ),
  ],
  [
    '106020',
    shape(String.raw`Deny IP teardrop fragment \([^()]{1,80}\) from ${PLAIN('src')} to ${PLAIN('dst')}`, 'Deny', {
      threat: 'Teardrop',
    }),
  ],
  [
    '106021',
    shape(
      String.raw`Deny (?<protocol>\w{2,8}) reverse path check from ${PLAIN('src')} to ${PLAIN('dst')}${INTERFACE}`,
      'Deny',
    ),
  ],
  [
    '106022',
    shape(
      String.raw`Deny (?<protocol>\w{2,8}) connection spoof from ${PLAIN('src')} to ${PLAIN('dst')}${INTERFACE}`,
      'Deny',
    ),
  ],
  [
    '106023',
    shape(
      String.raw`Deny (?<protocol>protocol \d{1,3}|\w{2,8}) src ${END('src')} dst ${END('dst')}${ICMP}(?: by access-group "(?<rule>[^"]{1,200})")?`,
      'Deny',
    ),
  ],
  [
    '106100',
    shape(
      String.raw`access-list (?<rule>\S{1,200}) (?<word>permitted|denied|est-allowed) (?<protocol>\w{2,8}) (?<srcIf>[\w.@-]{1,60})\/(?<srcIp>[0-9A-Fa-f.:]{2,45})\((?<srcPort>\d{1,5})\)(?:\s?\((?<srcUser>[^()]{1,100})\))? -> (?<dstIf>[\w.@-]{1,60})\/(?<dstIp>[0-9A-Fa-f.:]{2,45})\((?<dstPort>\d{1,5})\)(?:\s?\((?<dstUser>[^()]{1,100})\))?(?: hit-cnt (?<hits>\d{1,12}))?`,
      'Allow',
    ),
  ],
  ['302013', shape(BUILT, 'Allow', { subType: 'Start' })],
  ['302014', shape(TEARDOWN, 'Allow', { subType: 'End' })],
  ['302015', shape(BUILT, 'Allow', { subType: 'Start' })],
  ['302016', shape(TEARDOWN, 'Allow', { subType: 'End' })],
  ['302020', shape(ICMP_CONNECTION, 'Allow', { subType: 'Start', protocol: 'ICMP' })],
  ['302021', shape(ICMP_CONNECTION, 'Allow', { subType: 'End', protocol: 'ICMP' })],
  ['710002', shape(TO_THE_BOX, 'Allow')],
  ['710003', shape(TO_THE_BOX, 'Deny')],
  ['710004', shape(TO_THE_BOX, 'Drop')],
  ['710005', shape(TO_THE_BOX, 'Drop')],
]);

/** Ids of the messages that tell of a connection. */
export const ASA_MESSAGES: ReadonlySet<string> = new Set(SHAPES.keys());

/**
 * The parts of a message.
 * @param text after `%ASA-6-302013: `.
 * @returns undefined when the text has not the form of its id.
 */
export function parseAsaMessage(id: string, text: string): AsaParts | undefined {
  const known = SHAPES.get(id);
  const groups = known?.pattern.exec(text)?.groups;
  if (known === undefined || groups === undefined) return undefined;
  const outbound = /^outbound$/i.test(groups.direction ?? '');
  const [first, second] = groups.faddrIp === undefined ? [end(groups, 'src'), end(groups, 'dst')] : icmpEnds(groups);
  // A connection built outbound names the outside host first, which is the one that answers.
  const [source, destination] = outbound && groups.faddrIp === undefined ? [second, first] : [first, second];
  const protocol = known.protocol ?? groups.protocol?.replace(/^protocol /i, '');
  const icmp = /^icmp/i.test(protocol ?? '') && id === '106100';
  return {
    action: groups.word === undefined ? known.action : /^denied$/i.test(groups.word) ? 'Deny' : 'Allow',
    ...(known.subType !== undefined && { subType: known.subType }),
    ...(groups.direction !== undefined && { direction: outbound ? 'Outbound' : 'Inbound' }),
    ...(protocol !== undefined && { protocol }),
    ...(source !== undefined && { source: icmp ? withoutPort(source) : source }),
    ...(destination !== undefined && { destination: icmp ? withoutPort(destination) : destination }),
    ...(known.threat !== undefined && { threat: known.threat }),
    ...given('rule', groups.rule),
    ...given('session', groups.session),
    ...given('duration', groups.duration),
    ...given('bytes', groups.bytes),
    ...given('reason', groups.reason?.trim()),
    ...given('icmpType', groups.type ?? (icmp ? groups.srcPort : undefined)),
    ...given('icmpCode', groups.code ?? (icmp ? groups.dstPort : undefined)),
    ...given('hits', groups.hits),
  };
}

function given<Name extends keyof AsaParts>(name: Name, value: string | undefined): { readonly [N in Name]?: string } {
  return value === undefined || value === '' ? {} : ({ [name]: value } as { readonly [N in Name]?: string });
}

function end(groups: Readonly<Record<string, string | undefined>>, name: 'src' | 'dst'): AsaEnd | undefined {
  const address = groups[`${name}Ip`];
  if (address === undefined) return groups[`${name}If`] === undefined ? undefined : undefined;
  const parts = {
    interface: groups[`${name}If`],
    port: servicePort(groups[`${name}Port`]),
    natAddress: groups[`${name}NatIp`],
    natPort: groups[`${name}NatPort`],
    user: groups[`${name}User`]?.replace(/^LOCAL\\/i, ''),
  };
  return { address, ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) };
}

/** faddr is the foreign end; who began is told by the direction, else unknown: the foreign one. */
function icmpEnds(groups: Readonly<Record<string, string | undefined>>): [AsaEnd, AsaEnd] {
  const foreign: AsaEnd = { address: groups.faddrIp ?? '', ...(groups.user !== undefined && { user: groups.user }) };
  const { laddrIp = '', gaddrIp } = groups;
  const local: AsaEnd = {
    address: laddrIp,
    ...(gaddrIp !== undefined && gaddrIp !== laddrIp && { natAddress: gaddrIp }),
  };
  return /^outbound$/i.test(groups.direction ?? '') ? [local, foreign] : [foreign, local];
}

function withoutPort({ port: _, ...rest }: AsaEnd): AsaEnd {
  return rest;
}

/** Services that the firewall names for its own ports. */
const SERVICES: ReadonlyMap<string, string> = new Map([
  ['ssh', '22'],
  ['telnet', '23'],
  ['domain', '53'],
  ['www', '80'],
  ['http', '80'],
  ['ntp', '123'],
  ['netbios-ns', '137'],
  ['netbios-dgm', '138'],
  ['snmp', '161'],
  ['https', '443'],
  ['isakmp', '500'],
  ['syslog', '514'],
  ['bootps', '67'],
  ['bootpc', '68'],
]);

function servicePort(text: string | undefined): string | undefined {
  return text === undefined ? undefined : (SERVICES.get(text.toLowerCase()) ?? text);
}

interface Teardown {
  readonly result: 'Success' | 'Failure';
  readonly details?: ValueOf<'eventResultDetails'>;
  readonly action?: ValueOf<'dvcAction'>;
}

const ended: Teardown = { result: 'Success' };
const failure = (details: ValueOf<'eventResultDetails'>, action?: ValueOf<'dvcAction'>): Teardown => ({
  result: 'Failure',
  details,
  ...(action !== undefined && { action }),
});

/** Why a connection was torn down, in lower case; what is not listed is a normal end. */
export const ASA_TEARDOWNS: ReadonlyMap<string, Teardown> = new Map<string, Teardown>([
  ['conn-timeout', { result: 'Success', details: 'Timeout' }],
  ['fin timeout', { result: 'Success', details: 'Timeout' }],
  ['idle timeout', { result: 'Success', details: 'Timeout' }],
  ['flow timed out', { result: 'Success', details: 'Timeout' }],
  ['syn timeout', failure('Timeout')],
  ['pinhole timeout', failure('Timeout')],
  ['flow timed out with reset', failure('Timeout', 'Reset')],
  ['deny terminate', failure('Terminated', 'Deny')],
  ['flow closed by inspection', failure('Terminated', 'Deny')],
  ['flow terminated by ips', failure('Terminated', 'Deny')],
  ['ips fail-close', failure('Terminated', 'Deny')],
  ['flow reset by ips', failure('Terminated', 'Reset')],
  ['flow terminated by tcp intercept', failure('Terminated', 'Deny')],
  ['failover primary closed', { result: 'Success', details: 'Failover' }],
  ['free the flow created as result of packet injection', { result: 'Success', details: 'Simulation' }],
  ['invalid syn', failure('Invalid TCP')],
  ['syn control', failure('Invalid TCP')],
  ['tcp invalid syn', failure('Invalid TCP')],
  ['tcp segment partial overlap', failure('Invalid TCP')],
  ['tcp unexpected window size variation', failure('Invalid TCP')],
  ['tcp bad retransmission', failure('Invalid TCP')],
  ['no interfaces associated with zone', failure('Routing issue')],
  ['no valid adjacency', failure('Routing issue', 'Drop')],
  ['probe maximum retries of retransmission exceeded', failure('Maximum Retry')],
  ['probe maximum retransmission time elapsed', failure('Maximum Retry')],
  ['probe received rst', failure('Reset')],
  ['tcp reset-appliance', failure('Reset')],
  ['tcp reset-i', failure('Reset')],
  ['tcp reset-o', failure('Reset')],
  ['probe received fin', ended],
  ['probe completed', ended],
  ['route change', ended],
  ['tcp fins', ended],
  ['xlate clear', ended],
  ['tunnel has been torn down', failure('Invalid Tunnel')],
  ['unauth deny', failure('Terminated', 'Deny')],
  ['unknown', failure('Unknown')],
]);
