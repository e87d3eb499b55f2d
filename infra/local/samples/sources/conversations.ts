/** The scene as a list of conversations, for products that tell one in a record. */
import { moment, type Scene } from './scene';

export interface Conversation {
  readonly number: number;
  /** Who began. */
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly port: number;
  readonly inbound: boolean;
  readonly allowed: boolean;
  readonly start: Date;
  readonly end: Date;
  /** What each side sent; the destination of a blocked one sends nothing. */
  readonly bytes: readonly [source: number, destination: number];
  readonly packets: readonly [source: number, destination: number];
}

type Ends = Pick<Conversation, 'source' | 'destination' | 'port' | 'inbound' | 'allowed'>;

/** What a host inside does: it talks to the bad address, then to a harmless one. */
export function ordinary(scene: Scene): Conversation[] {
  return conversations(scene, [
    { source: scene.host, destination: scene.bad, port: 443, inbound: false, allowed: true },
    { source: scene.host, destination: scene.harmless, port: 443, inbound: false, allowed: true },
  ]);
}

/** All of it: the sweep comes last, and is blocked. */
export function everything(scene: Scene): Conversation[] {
  const swept = scene.targets.map(
    (destination): Ends => ({
      source: scene.sweeper,
      destination,
      port: scene.sweptPort,
      inbound: true,
      allowed: false,
    }),
  );
  return [...ordinary(scene), ...conversations(scene, swept, 10)];
}

function conversations(scene: Scene, ends: readonly Ends[], first = 0): Conversation[] {
  return ends.map((one, index) => {
    const number = first + index;
    return {
      ...one,
      number,
      sourcePort: 50_000 + number,
      start: moment(scene, number * 2),
      end: moment(scene, number * 2 + (one.allowed ? 20 : 0)),
      bytes: one.allowed ? [1800, 7200] : [60, 0],
      packets: one.allowed ? [9, 11] : [1, 0],
    };
  });
}
