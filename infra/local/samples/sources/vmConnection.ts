/** VM insights: rows of VMConnection, one a minute for each process and remote end. */
import { type Conversation, everything } from './conversations';
import { exportedRows, type SourceSample } from './scene';

function row(one: Conversation): object {
  const [local, remote] = one.inbound ? [one.destination, one.source] : [one.source, one.destination];
  const [sent, received] = one.inbound ? [one.bytes[1], one.bytes[0]] : one.bytes;
  const machine = `host-${local.replaceAll('.', '-')}`;
  return {
    TimeGenerated: one.end.toISOString(),
    Computer: `${machine}.example.net`,
    AgentId: '00000000-0000-4000-8000-0000000000a1',
    Machine: `m-${machine}`,
    Process: `p-${machine}`,
    ProcessName: one.inbound ? 'sshd' : 'curl',
    ConnectionId: `c-${one.number}`,
    Direction: one.inbound ? 'inbound' : 'outbound',
    SourceIp: one.source,
    DestinationIp: one.destination,
    DestinationPort: one.port,
    Protocol: 'tcp',
    RemoteIp: remote,
    RemoteDnsCanonicalNames: '[]',
    RemoteCountry: '',
    BytesSent: sent,
    BytesReceived: received,
    LinksEstablished: 1,
    LinksTerminated: 1,
    LinksFailed: 0,
    LinksLive: 0,
  };
}

export const vmConnection: SourceSample = {
  source: 'vmConnection',
  table: 'VMConnection',
  write: (scene) => [exportedRows('VMConnection', scene, everything(scene).map(row))],
};
