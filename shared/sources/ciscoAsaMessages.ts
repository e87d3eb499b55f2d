/** Texts of Cisco ASA messages (FTD's Lina messages are the same), by message id: what of a connection each tells. */
import { servicePort } from './ciscoAsaServices';

/** Parts of a message as they stand; absent where the message has none. */
export interface AsaParts {
  readonly action: 'Allow' | 'Deny' | 'Drop';
  readonly direction?: 'Inbound' | 'Outbound' | undefined;
  readonly protocol?: string | undefined;
  /** Who began, as far as the message tells; of a teardown without direction the end that stands first. */
  readonly source?: AsaEnd | undefined;
  readonly destination?: AsaEnd | undefined;
  /** Where the packet came in (`on interface …`). */
  readonly ingress?: string | undefined;
  readonly rule?: string | undefined;
  readonly session?: string | undefined;
  readonly duration?: string | undefined;
  readonly bytes?: string | undefined;
  readonly reason?: string | undefined;
  readonly icmpType?: string | undefined;
  readonly icmpCode?: string | undefined;
  readonly hits?: string | undefined;
  /** User of the whole connection, as the firewall authenticated him. */
  readonly user?: string | undefined;
}

export interface AsaEnd {
  readonly interface?: string | undefined;
  /** An address, or the name that the firewall has for it. */
  readonly address: string;
  readonly port?: string | undefined;
  readonly natAddress?: string | undefined;
  readonly natPort?: string | undefined;
  readonly user?: string | undefined;
  readonly fqdn?: string | undefined;
  /** TrustSec's group tag with its name. */
  readonly group?: string | undefined;
}

/** Longer than any message; what comes behind is not looked at. */
const MAX_TEXT = 2048;

type Groups = Readonly<Record<string, string | undefined>>;

const ADDRESS = String.raw`(?:[0-9A-Fa-f.:]{2,45}|[\w.-]{1,100})`;
const PROTOCOL = String.raw`(?:protocol )?(?<protocol>[\w-]{1,20})`;
/** `address/port`, where the address ends for sure. */
const PLAIN = (name: string): string =>
  String.raw`(?<${name}Ip>${ADDRESS})(?=[\/\s(),.]|$)(?:\/(?<${name}Port>[\w-]{1,30}))?`;
/** What may stand in parentheses at once behind an end: user, host name, group tag; never `(type 8, code 0)`. */
const WHO = (name: string): string => String.raw`(?:\((?!type )(?<${name}Who>[^()=]{1,200})\))?`;
/**
 * `interface:address/port (mapped/port)(user)`: interface names may hold anything but blanks, colons among it, so the shortest is
 * tried first. Old versions write the user bare.
 */
const END = (name: string): string =>
  String.raw`(?<${name}If>[^\s()]{1,60}?):${PLAIN(name)}` +
  String.raw`(?:\s?\((?<${name}NatIp>${ADDRESS})\/(?<${name}NatPort>\d{1,5})\))?${WHO(name)}` +
  String.raw`(?: (?<${name}Word>[^\s()]{1,60})(?= (?:to|duration) ))?`;
const INGRESS = String.raw`(?:\s+on interface (?<ingress>\S{1,60}))?`;
const ICMP = String.raw`(?:,?\s*\(?type (?<type>\d{1,3}), code (?<code>\d{1,3})\)?,?)?`;
const FLAGS = String.raw`flags [\w ]{1,60}?`;

const BUILT = String.raw`Built (?<direction>inbound|outbound) ?(?:Probe )?${PROTOCOL} connection (?<session>\d{1,20}) for ${END('src')} ?to ${END('dst')}(?: \((?<user>[^()=]{1,200})\))?`;
const TEARDOWN = String.raw`Teardown (?:Probe )?${PROTOCOL} connection (?<session>\d{1,20}) for ${END('src')} ?to ${END('dst')}(?: duration (?<duration>\d{1,6}:\d{2}:\d{2}))?(?: bytes (?<bytes>\d{1,20}))?(?<tail>.{0,300})`;
const TAIL = /^\s*(?<reason>[A-Za-z][\w /,.-]{0,120}?)?(?: from [^\s()]{1,60})?\s*(?:\((?<user>[^()]{1,200})\))?\s*"?$/;
const PEER = (name: string): string => String.raw`${name} (?<${name}Ip>${ADDRESS})\/(?<${name}Id>\d{1,5})`;
const ICMP_CONNECTION = String.raw`(?:Built|Teardown) (?:(?<direction>inbound|outbound) )?ICMP connection (?:\d{1,20} )?for ${PEER('faddr')}${WHO('faddr')} ${PEER('gaddr')} ${PEER('laddr')}${WHO('laddr')}(?: \((?!type )(?<user>[^()=]{1,200})\))?(?: type (?<type>\d{1,3}) code (?<code>\d{1,3}))?`;
const FROM_TO = `from ${PLAIN('src')} to ${PLAIN('dst')}`;
const SRC_DEST = `src ${PLAIN('src')} dest ${PLAIN('dst')}`;
const SRC_DST = `src ${END('src')} dst ${END('dst')}`;
const TO_THE_BOX = `${PROTOCOL} [a-zA-Z ]{3,40}? from ${PLAIN('src')} to ${END('dst')}`;
const LIST_END = (name: string): string =>
  String.raw`(?<${name}If>[^\s()]{1,60}?)\/(?<${name}Ip>${ADDRESS})\((?<${name}Port>\d{1,5})\)${WHO(name)}`;
const ACCESS_LIST = String.raw`access-list (?<rule>\S{1,200}) (?<word>permitted|denied|est-allowed) ${PROTOCOL} ${LIST_END('src')} -> ${LIST_END('dst')}(?: hit-cnt (?<hits>\d{1,12}))?`;

interface Shape {
  readonly pattern: RegExp;
  readonly action: AsaParts['action'];
  readonly subType?: 'Start' | 'End';
  readonly protocol?: string;
  readonly threat?: string;
}

const shape = (pattern: string, action: AsaParts['action'], more: Omit<Partial<Shape>, 'pattern'> = {}): Shape => ({
  pattern: new RegExp(pattern, 'i'),
  action,
  ...more,
});
const TCP = { protocol: 'TCP' };
const UDP = { protocol: 'UDP' };
const ICMP_ONLY = { protocol: 'ICMP' };
const START = { subType: 'Start' } as const;
const STOP = { subType: 'End' } as const;
const BY_LIST = String.raw`denied by outbound list (?<rule>\S{1,60}) ${SRC_DEST}`;

const SHAPES: ReadonlyMap<string, Shape> = new Map([
  ['106001', shape(`Inbound TCP connection denied ${FROM_TO} ${FLAGS}${INGRESS}\\s*$`, 'Deny', TCP)],
  ['106002', shape(`${PROTOCOL} Connection ${BY_LIST}`, 'Deny')],
  ['106006', shape(`Deny inbound UDP ${FROM_TO}${INGRESS}`, 'Deny', UDP)],
  ['106007', shape(`Deny inbound UDP ${FROM_TO} due to DNS (?<reason>Query|Response)`, 'Deny', UDP)],
  ['106010', shape(`Deny inbound ${PROTOCOL} ${SRC_DST}${ICMP}`, 'Deny')],
  ['106012', shape(`Deny IP ${FROM_TO}, IP options`, 'Deny')],
  ['106013', shape(`Dropping echo request from ${PLAIN('src')} to PAT address ${PLAIN('dst')}`, 'Drop', ICMP_ONLY)],
  ['106014', shape(`Deny inbound ${PROTOCOL} ${SRC_DST}${ICMP}`, 'Deny')],
  ['106015', shape(String.raw`Deny TCP \(no connection\) ${FROM_TO} ${FLAGS}${INGRESS}\s*$`, 'Deny', TCP)],
  [
    '106016',
    shape(String.raw`Deny IP spoof from \(?${PLAIN('src')}\)? to ${PLAIN('dst')}${INGRESS}`, 'Deny', {
      threat: 'IP spoof',
    }),
  ],
  ['106017', shape(`Deny IP due to Land Attack ${FROM_TO}`, 'Deny', { threat: 'Land Attack' })],
  ['106018', shape(String.raw`ICMP packet type (?<type>\d{1,3}) ${BY_LIST}`, 'Deny', ICMP_ONLY)],
  [
    '106020',
    shape(String.raw`Deny IP teardrop fragment \([^()]{1,80}\) ${FROM_TO}`, 'Deny', { threat: 'Teardrop fragment' }),
  ],
  ['106021', shape(`Deny ${PROTOCOL} reverse path check ${FROM_TO}${INGRESS}`, 'Deny')],
  ['106022', shape(`Deny ${PROTOCOL} connection spoof ${FROM_TO}${INGRESS}`, 'Deny')],
  ['106023', shape(`Deny ${PROTOCOL} ${SRC_DST}${ICMP}(?: by access-group "?(?<rule>[^"\\s]{1,200})"?)?`, 'Deny')],
  ['106100', shape(ACCESS_LIST, 'Allow')],
  ['302013', shape(BUILT, 'Allow', START)],
  ['302014', shape(TEARDOWN, 'Allow', STOP)],
  ['302015', shape(BUILT, 'Allow', START)],
  ['302016', shape(TEARDOWN, 'Allow', STOP)],
  ['302020', shape(ICMP_CONNECTION, 'Allow', { ...START, ...ICMP_ONLY })],
  ['302021', shape(ICMP_CONNECTION, 'Allow', { ...STOP, ...ICMP_ONLY })],
  ['710002', shape(TO_THE_BOX, 'Allow')],
  ['710003', shape(TO_THE_BOX, 'Deny')],
  ['710004', shape(TO_THE_BOX, 'Drop')],
  ['710005', shape(TO_THE_BOX, 'Drop')],
]);

/** The messages that tell of a connection, by their ids: what they say in any case. */
export const ASA_MESSAGES: ReadonlyMap<string, Omit<Shape, 'pattern'>> = SHAPES;

/**
 * The parts of a message.
 * @param text after `%ASA-6-302013: `.
 * @returns undefined when the text has not the form of its id.
 */
export function parseAsaMessage(id: string, text: string): AsaParts | undefined {
  const known = SHAPES.get(id);
  const groups: Groups | undefined = known?.pattern.exec(text.slice(0, MAX_TEXT))?.groups;
  if (known === undefined || groups === undefined) return undefined;
  const tail: Groups = (groups.tail === undefined ? undefined : TAIL.exec(groups.tail)?.groups) ?? {};
  const protocol = known.protocol ?? groups.protocol;
  const icmp = /icmp/i.test(protocol ?? '') || /^(1|58)$/.test(protocol ?? '');
  // An access list's ICMP has type and code in place of ports.
  const listIcmp = id === '106100' && icmp;
  const [source, destination] = groups.faddrIp === undefined ? ends(groups, listIcmp) : icmpEnds(groups);
  return {
    action: groups.word === undefined ? known.action : /^denied$/i.test(groups.word) ? 'Deny' : 'Allow',
    direction: directionOf(groups),
    protocol,
    source,
    destination,
    ingress: groups.ingress,
    rule: groups.rule,
    session: groups.session,
    duration: groups.duration,
    bytes: groups.bytes,
    reason: groups.reason ?? tail.reason,
    icmpType: icmp ? (groups.type ?? (listIcmp ? groups.srcPort : undefined)) : undefined,
    icmpCode: icmp ? (groups.code ?? (listIcmp ? groups.dstPort : undefined)) : undefined,
    hits: groups.hits,
    user: userName(groups.user ?? tail.user),
  };
}

function directionOf({ direction, faddrId, laddrId }: Groups): 'Inbound' | 'Outbound' | undefined {
  if (direction !== undefined) return /^outbound$/i.test(direction) ? 'Outbound' : 'Inbound';
  // The end that began carries the ICMP id, the other one 0.
  if (faddrId === undefined || Number(faddrId) === Number(laddrId)) return undefined;
  return Number(faddrId) === 0 ? 'Outbound' : Number(laddrId) === 0 ? 'Inbound' : undefined;
}

/** A connection built outbound names the outside host first, which is the one that answers. */
function ends(groups: Groups, withoutPorts: boolean): [AsaEnd | undefined, AsaEnd | undefined] {
  const [first, second] = [end(groups, 'src', withoutPorts), end(groups, 'dst', withoutPorts)];
  return directionOf(groups) === 'Outbound' ? [second, first] : [first, second];
}

function end(groups: Groups, name: 'src' | 'dst', withoutPorts: boolean): AsaEnd | undefined {
  const address = groups[`${name}Ip`];
  if (address === undefined) return undefined;
  const port = groups[`${name}Port`];
  return {
    address,
    interface: groups[`${name}If`],
    port: port === undefined || withoutPorts ? undefined : servicePort(port),
    natAddress: groups[`${name}NatIp`],
    natPort: groups[`${name}NatPort`],
    ...who(groups[`${name}Who`] ?? groups[`${name}Word`]),
  };
}

/** faddr is the foreign end, gaddr the translated and laddr the real address of the local one. */
function icmpEnds(groups: Groups): [AsaEnd, AsaEnd] {
  const { faddrIp = '', laddrIp = '', gaddrIp } = groups;
  const foreign: AsaEnd = { address: faddrIp, ...who(groups.faddrWho) };
  const natAddress = gaddrIp === laddrIp ? undefined : gaddrIp;
  const local: AsaEnd = { address: laddrIp, natAddress, ...who(groups.laddrWho) };
  return directionOf(groups) === 'Outbound' ? [local, foreign] : [foreign, local];
}

/** `DOMAIN\user`, `host.example.net`, `9999:group`, `LOCAL\user, 123`. */
function who(text: string | undefined): Pick<AsaEnd, 'user' | 'fqdn' | 'group'> {
  if (text === undefined) return {};
  const comma = text.lastIndexOf(', ');
  const rest = comma < 0 ? '' : text.slice(comma + 2);
  const tagged = /^\d{1,5}(:|$)/.test(rest);
  const name = tagged ? text.slice(0, comma) : text;
  if (/^\d{1,5}(:|$)/.test(name)) return { group: name };
  const user = userName(name);
  const found = name.includes('\\') || name.includes('@') || !name.includes('.') ? { user } : { fqdn: name };
  return tagged ? { ...found, group: rest } : found;
}

/** Without the word for the firewall's own user list. */
function userName(text: string | undefined): string | undefined {
  return text?.replace(/^LOCAL\\+/i, '').trim() || undefined;
}
