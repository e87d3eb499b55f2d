/** The samples of every source. */
import { azureFirewall } from './azureFirewall';
import type { SourceSample } from './scene';

export const SOURCE_SAMPLES: readonly SourceSample[] = [azureFirewall];
