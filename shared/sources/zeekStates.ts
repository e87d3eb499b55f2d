/** Zeek's connection states as results, for every product that carries them. */
import type { ValueOf } from '../asim/enumerations';

interface StateResult {
  readonly result: ValueOf<'eventResult'>;
  readonly details: ValueOf<'eventResultDetails'>;
  readonly severity: ValueOf<'eventSeverity'>;
  /** What the state means, in Zeek's documentation of conn.log. */
  readonly meaning: string;
}

const failed = (details: ValueOf<'eventResultDetails'>, meaning: string): StateResult => ({
  result: 'Failure',
  details,
  severity: 'Low',
  meaning,
});
const succeeded = (details: ValueOf<'eventResultDetails'>, meaning: string): StateResult => ({
  result: 'Success',
  details,
  severity: 'Informational',
  meaning,
});

export const ZEEK_STATES: ReadonlyMap<string, StateResult> = new Map([
  ['S0', failed('Timeout', 'attempt without a reply')],
  ['S1', succeeded('NA', 'established, not ended')],
  ['SF', succeeded('Terminated', 'established and ended')],
  ['REJ', failed('Reset', 'attempt rejected')],
  ['S2', failed('Terminated', 'established, close attempt by the originator only')],
  ['S3', failed('Terminated', 'established, close attempt by the responder only')],
  ['RSTO', failed('Reset', 'reset by the originator')],
  ['RSTR', failed('Reset', 'reset by the responder')],
  ['RSTOS0', failed('Reset', 'SYN and then reset by the originator')],
  ['RSTRH', failed('Reset', 'SYN ACK and then reset by the responder')],
  ['SH', failed('Timeout', 'SYN and then FIN by the originator')],
  ['SHR', failed('Timeout', 'SYN ACK and then FIN by the responder')],
  ['OTH', succeeded('NA', 'seen from its middle')],
]);

/** Direction by which end lies in the configured local networks; undefined where the record does not say. */
export function localityDirection(
  originator: boolean | undefined,
  responder: boolean | undefined,
): 'Inbound' | 'Outbound' | 'Local' | 'External' | undefined {
  if (originator === undefined || responder === undefined) return undefined;
  if (originator) return responder ? 'Local' : 'Outbound';
  return responder ? 'Inbound' : 'External';
}
