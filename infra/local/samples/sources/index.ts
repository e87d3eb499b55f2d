/** The samples of every source. */
import type { SourceSample } from './scene';

export const SOURCE_SAMPLES: readonly SourceSample[] = [];
