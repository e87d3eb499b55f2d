/** What Palo Alto's firewalls write for actions, ends of sessions, zones and applications; shared by PAN-OS and Cortex Data Lake. */
import type { Address } from '../asim/addresses';
import { type Direction, refineDirection } from '../asim/direction';
import type { ValueOf } from '../asim/enumerations';

const ACTIONS: ReadonlyMap<string, ValueOf<'dvcAction'>> = new Map([
  ['allow', 'Allow'],
  ['deny', 'Deny'],
  ['drop', 'Drop'],
  ['drop-icmp', 'Drop ICMP'],
  ['reset-client', 'Reset Source'],
  ['reset-server', 'Reset Destination'],
  ['reset-both', 'Reset'],
]);

/** An action in either spelling (`reset client`, `reset-client`). */
export function paloAltoAction(text: string): ValueOf<'dvcAction'> | undefined {
  return ACTIONS.get(text.toLowerCase().replaceAll(/[ _]/g, '-'));
}

/** Session end reasons; a client's normal end (tcp-fin) is no result worth a word. */
export const PALO_ALTO_REASONS: ReadonlyMap<string, ValueOf<'eventResultDetails'>> = new Map([
  ['threat', 'Reset'],
  ['tcp-rst-from-client', 'Reset'],
  ['tcp-rst-from-server', 'Reset'],
  ['decrypt-cert-validation', 'Terminated'],
  ['decrypt-unsupport-param', 'Terminated'],
  ['decrypt-error', 'Terminated'],
  ['policy-deny', 'Unknown'],
  ['resources-unavailable', 'Unknown'],
  ['tcp-reuse', 'Unknown'],
  ['decoder', 'Unknown'],
  ['unknown', 'Unknown'],
  ['aged-out', 'Timeout'],
  ['tcp-fin', 'NA'],
  ['n/a', 'NA'],
]);

/** Zone names whose side is plain; others leave the direction to the addresses. */
const ZONES: ReadonlyMap<string, 'inside' | 'outside'> = new Map([
  ...['trust', 'trusted', 'inside', 'internal', 'lan', 'dmz'].map((name) => [name, 'inside'] as const),
  ...['untrust', 'untrusted', 'outside', 'external', 'wan', 'internet'].map((name) => [name, 'outside'] as const),
]);

/** By the zones where both are plain, else by the addresses; undefined when one of these is missing, too. */
export function zoneDirection(
  from: string,
  to: string,
  source: Address | undefined,
  destination: Address | undefined,
): Direction | undefined {
  const [one, other] = [ZONES.get(from.toLowerCase()), ZONES.get(to.toLowerCase())];
  if (one === undefined || other === undefined) {
    return source === undefined || destination === undefined
      ? undefined
      : refineDirection(undefined, source, destination);
  }
  if (one === 'inside') return other === 'inside' ? 'Local' : 'Outbound';
  return other === 'inside' ? 'Inbound' : 'External';
}

/** What PAN-OS writes where it has not found out the application. */
const NO_APPLICATION: ReadonlySet<string> = new Set([
  '',
  'not-applicable',
  'incomplete',
  'insufficient-data',
  'unknown',
]);

/** The application in capitals, '' where none was found. */
export function paloAltoApplication(text: string): string {
  return NO_APPLICATION.has(text) ? '' : text.toUpperCase();
}
