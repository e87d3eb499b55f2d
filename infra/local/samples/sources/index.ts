/** The samples of every source. */
import { azureFirewall } from './azureFirewall';
import { azureNsgTrafficAnalytics } from './azureNsgTrafficAnalytics';
import { azureTrafficAnalytics } from './azureTrafficAnalytics';
import { corelightZeek } from './corelightZeek';
import { paloAltoPanOs } from './paloAltoPanOs';
import type { SourceSample } from './scene';
import { sentinelOne } from './sentinelOne';
import { vmConnection } from './vmConnection';

export const SOURCE_SAMPLES: readonly SourceSample[] = [
  azureFirewall,
  azureNsgTrafficAnalytics,
  azureTrafficAnalytics,
  corelightZeek,
  paloAltoPanOs,
  sentinelOne,
  vmConnection,
];
