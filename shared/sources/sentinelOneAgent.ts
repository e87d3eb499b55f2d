/** What SentinelOne's alerts and events share: which end of a connection the agent is, and the kinds of connections. */
import type { ValueOf } from '../asim/enumerations';
import type { EndDraft, SessionDraft } from '../asim/sessionDraft';

const DEVICE_TYPES: ReadonlyMap<string, ValueOf<'deviceType'>> = new Map([
  ['desktop', 'Computer'],
  ['server', 'Computer'],
  ['laptop', 'Computer'],
  ['kubernetes node', 'Other'],
  ['unknown', 'Other'],
]);
const NOWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0', '::']);

interface End {
  readonly ip: string;
  readonly port: string;
}

export interface AgentFacts {
  /** `OUTGOING`, `INCOMING`, or whatever the record says. */
  readonly direction: string;
  readonly listens: boolean;
  readonly source: End;
  readonly destination: End;
  readonly name: string;
  readonly id: string;
  readonly machine: string;
  readonly user: string;
  readonly process: string;
  readonly processId: string;
}

/** The transport protocol and whether the process only listens: `TCPV4`, `UDPV6`, `TCPV4LISTEN`; `IP Connect`, `IP Listen`. */
export function connectionKind(kind: string, type = ''): { protocol: string; listens: boolean } | undefined {
  const [, transport = '', listen] = /^(TCP|UDP)(?:V[46])?(LISTEN)?$/i.exec(kind) ?? [];
  const listens = listen !== undefined || /^ip ?listen$/i.test(type);
  if (transport === '' && !listens && !/^ip ?connect$/i.test(type)) return undefined;
  return { protocol: transport.toUpperCase(), listens };
}

/** Both ends, with what the record tells of the agent at its end. */
export function agentSide(facts: AgentFacts): SessionDraft {
  const { source, destination, listens, name, id, user, process, processId } = facts;
  const stated = /^(in)/i.test(facts.direction) ? 'Inbound' : /^(out)/i.test(facts.direction) ? 'Outbound' : undefined;
  // A socket that listens may be told as the source of nothing.
  const turned = listens && NOWHERE.has(destination.ip);
  const [from, to] = turned ? [{ ip: '', port: '' }, source] : [source, destination];
  const inbound = listens || stated === 'Inbound';
  const agent: EndDraft = {
    Hostname: name,
    DvcId: id,
    DeviceType: DEVICE_TYPES.get(facts.machine.toLowerCase()),
    Username: user,
    AppName: process,
    AppId: processId,
    AppType: process + processId === '' ? undefined : 'Process',
  };
  return {
    source: inbound ? undefined : agent,
    destination: inbound ? agent : undefined,
    SrcIpAddr: NOWHERE.has(from.ip) ? '' : from.ip,
    SrcPortNumber: from.port,
    DstIpAddr: to.ip,
    DstPortNumber: to.port,
    DvcHostname: name,
    DvcId: id,
    DvcIpAddr: inbound ? to.ip : from.ip,
    NetworkDirection: listens ? 'Listen' : stated,
  };
}
