/** A conversation as it really happened; each format's writer tells it in its own records. */

export interface Flow {
  /** Milliseconds since the epoch; whole seconds. */
  readonly start: number;
  readonly end: number;
  /** Who began. */
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** IANA number: 6 TCP, 17 UDP. */
  readonly protocol: 6 | 17;
  readonly allowed: boolean;
  readonly packetsSent: number;
  readonly bytesSent: number;
  readonly packetsReceived: number;
  readonly bytesReceived: number;
}

/** A blob as its log source would have left it. */
export interface SampleBlob {
  readonly container: string;
  readonly name: string;
  readonly kind: 'block' | 'append';
  /** Committed in this order as one block list, or appended one after another. */
  readonly blocks: readonly Buffer[];
  readonly contentType: string;
}

/** What a writer made of some flows. */
export interface Written {
  readonly blobs: readonly SampleBlob[];
  /** How many records tell of each flow. */
  readonly records: ReadonlyMap<Flow, number>;
  /** Records that tell of no conversation at all. */
  readonly empty: number;
}

/** The hour that the samples lie in. */
export interface Hour {
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** `2026`, `03`, `02`, `09`. */
  readonly year: string;
  readonly month: string;
  readonly day: string;
  readonly hour: string;
}

export function hourBefore(windowEnd: Date): Hour {
  const start = windowEnd.getTime() - 3_600_000;
  const [year = '', month = '', day = '', hour = ''] = new Date(start).toISOString().split(/[-T:]/);
  return { start, year, month, day, hour };
}
