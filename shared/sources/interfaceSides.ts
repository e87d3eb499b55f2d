/** Which side of a firewall an interface or zone lies on, by the words in its name; and what that tells of a session. */

type Side = 'inside' | 'outside';

const SIDES: ReadonlyMap<string, Side> = new Map([
  ...['inside', 'internal', 'lan', 'dmz', 'trust', 'trusted', 'identity'].map((name) => [name, 'inside'] as const),
  ...['outside', 'external', 'wan', 'untrust', 'untrusted', 'internet'].map((name) => [name, 'outside'] as const),
]);

function sideOf(name: string | undefined): Side | undefined {
  const words = (name ?? '').toLowerCase().split(/[^a-z]+/);
  const known = words.find((word) => SIDES.has(word));
  return known === undefined ? undefined : SIDES.get(known);
}

/**
 * The direction of a session by where it comes in and goes out: by both sides, or by one that bears out what the record states.
 * @returns undefined where the names tell nothing.
 */
export function directionBySides(
  from: string | undefined,
  to: string | undefined,
  stated?: 'Inbound' | 'Outbound' | undefined,
): 'Inbound' | 'Outbound' | undefined {
  const [one, other] = [sideOf(from), sideOf(to)];
  if (other === 'outside' && (one === 'inside' || stated === 'Outbound')) return 'Outbound';
  return one === 'outside' && (other === 'inside' || stated === 'Inbound') ? 'Inbound' : undefined;
}
