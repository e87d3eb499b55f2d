/** One scene, told by every source in every road in: rows of its table, and the vendor's own form. */
import type { Hour, SampleBlob } from './flow';
import type { Scene, SceneFile, SourceSample } from './sources/scene';

export { SOURCE_SAMPLES } from './sources';

/** Where the stack keeps all of them: a container each would be looked into every second. */
export const EVERY_SOURCE_CONTAINER = 'every-source';

/** What the rules must find in it. */
export const EVERY_SOURCE = {
  bad: '203.0.113.70',
  sweeper: '198.51.100.205',
  sweptPort: 10_250,
} as const;

/**
 * The scene within an hour.
 * @param ends addresses and port to tell one scene from another.
 */
export function sceneOf(
  hour: Pick<Hour, 'start'>,
  ends: { readonly bad: string; readonly sweeper: string; readonly sweptPort: number } = EVERY_SOURCE,
): Scene {
  return {
    ...ends,
    // Within the hour whatever a record adds to it.
    start: new Date(hour.start + 15 * 60_000),
    host: '10.5.0.10',
    harmless: '192.0.2.70',
    targets: Array.from({ length: 24 }, (_, index) => `10.5.1.${index + 1}`),
  };
}

/** The files of some sources as blobs of one container, each below the container that it would have lain in. */
export function everySourceBlobs(hour: Hour, samples: readonly SourceSample[]): SampleBlob[] {
  const scene = sceneOf(hour);
  return samples.flatMap((sample) => sample.write(scene).map((file) => blobOf(sample, file)));
}

function blobOf({ source }: SourceSample, { container, name, content }: SceneFile): SampleBlob {
  return {
    container: EVERY_SOURCE_CONTAINER,
    name: `${container}/${source}/${name}`,
    kind: 'block',
    blocks: [Buffer.from(content)],
    contentType: 'application/octet-stream',
  };
}
