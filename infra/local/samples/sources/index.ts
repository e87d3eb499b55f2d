/** The samples of every source. */
import { azureFirewall } from './azureFirewall';
import { corelightZeek } from './corelightZeek';
import { paloAltoPanOs } from './paloAltoPanOs';
import type { SourceSample } from './scene';

export const SOURCE_SAMPLES: readonly SourceSample[] = [azureFirewall, corelightZeek, paloAltoPanOs];
