/** Who talked to whom: the direction of a session seen from the organisation, and answers turned round. */
import type { Address } from './addresses';
import type { ValueOf } from './enumerations';

export type Direction = Exclude<ValueOf<'networkDirection'>, 'Listen' | 'NA'>;

/**
 * The direction by the configured internal networks, with what the source stated relative to its NIC or host.
 * Both ends inside is Local; one end inside tells the direction, also against the statement (a forwarding appliance's NIC);
 * with both ends outside the statement stands, for the source knows its own host; without one it is External.
 */
export function refineDirection(
  stated: 'Inbound' | 'Outbound' | undefined,
  source: Address,
  destination: Address,
): Direction {
  if (source.inside) return destination.inside ? 'Local' : 'Outbound';
  if (destination.inside) return 'Inbound';
  return stated ?? 'External';
}

/** The statement after source and destination changed places. */
export function opposite(direction: 'Inbound' | 'Outbound'): 'Inbound' | 'Outbound' {
  return direction === 'Inbound' ? 'Outbound' : 'Inbound';
}

const SYN = 2;
const ACK = 16;
/** Ports below are services (IANA system ports). */
const FIRST_USER_PORT = 1024;
/** Lowest port that a common system picks for the client's end (Linux; IANA and Windows begin at 49152). */
const FIRST_EPHEMERAL_PORT = 32_768;

/**
 * Whether a one-way record is the answering half of a conversation, and by which evidence: TCP flags SYN with ACK; or, when
 * no SYN was seen in its window, accepted traffic from a well-known port to an ephemeral one. Undefined: it is the asking half.
 * @param flags OR of the TCP flag bits, undefined where the record has none.
 */
export function answerEvidence(record: {
  readonly protocol: number;
  readonly flags: number | undefined;
  readonly accepted: boolean;
  readonly sourcePort: number;
  readonly destinationPort: number;
}): 'tcpFlags' | 'ports' | undefined {
  const { protocol, flags = 0, accepted, sourcePort, destinationPort } = record;
  if (protocol === 6 && (flags & SYN) !== 0) return (flags & ACK) !== 0 ? 'tcpFlags' : undefined;
  const answers = accepted && sourcePort > 0 && sourcePort < FIRST_USER_PORT && destinationPort >= FIRST_EPHEMERAL_PORT;
  return answers && (protocol === 6 || protocol === 17) ? 'ports' : undefined;
}
