/**
 * Who began a connection that Cisco ASA tears down. The message names no direction and the outside end first, so it is guessed from
 * ports; where the guess is wrong, the message that told of the building says so, if it stands earlier in the same blob.
 */
import type { AsaEnd } from './ciscoAsaMessages';

type Direction = 'Inbound' | 'Outbound';

const FIRST_USER_PORT = 1024;
/** Lowest port that a common system picks for the client's end. */
const FIRST_EPHEMERAL_PORT = 32_768;

/** Whether the end that is named first is the one that answered, by the ports. */
export function answeredFirst(first: AsaEnd, second: AsaEnd): boolean {
  const [one, other] = [Number(first.port), Number(second.port)];
  if (one < FIRST_USER_PORT !== other < FIRST_USER_PORT) return one < FIRST_USER_PORT;
  return one < FIRST_EPHEMERAL_PORT && other >= FIRST_EPHEMERAL_PORT;
}

/** Connections remembered at once; those guessed right need not be. */
const REMEMBERED = 400;

/** Directions of built connections whose teardown would be misread. */
export class BuiltConnections {
  private readonly directions: Map<string, Direction>;

  /** @param memory what memory() gave. */
  constructor(memory: string) {
    const entries = memory.split('\n').filter((line) => line !== '');
    this.directions = new Map(entries.map((line) => [line.slice(1), line.startsWith('O') ? 'Outbound' : 'Inbound']));
  }

  /** @param key names the connection among all of the blob. */
  built(key: string, direction: Direction, source: AsaEnd, destination: AsaEnd): void {
    this.directions.delete(key);
    const [first, second] = direction === 'Outbound' ? [destination, source] : [source, destination];
    if (answeredFirst(first, second) === (direction === 'Outbound')) return;
    this.directions.set(key, direction);
    if (this.directions.size <= REMEMBERED) return;
    const [oldest] = this.directions.keys();
    this.directions.delete(oldest ?? '');
  }

  /** @returns undefined where the guess is as good. */
  tornDown(key: string): Direction | undefined {
    const direction = this.directions.get(key);
    this.directions.delete(key);
    return direction;
  }

  memory(): string {
    return [...this.directions].map(([key, direction]) => `${direction.charAt(0)}${key}\n`).join('');
  }
}
