/** Every source. A new one is a file beside this and a line here. */
import { awsVpc } from './awsVpc';
import { azureNsg } from './azureNsg';
import { azureVnet } from './azureVnet';
import { carbonBlackCloud } from './carbonBlackCloud';
import { corelightZeek } from './corelightZeek';
import { gigamon } from './gigamon';
import { illumioCore } from './illumioCore';
import { paloAltoPanOs } from './paloAltoPanOs';
import { sentinelOne } from './sentinelOne';
import type { LogSource } from './source';
import { vectraStream } from './vectraStream';
import { vmConnection } from './vmConnection';

export const SOURCES: readonly LogSource[] = [
  azureVnet,
  azureNsg,
  awsVpc,
  paloAltoPanOs,
  carbonBlackCloud,
  corelightZeek,
  gigamon,
  illumioCore,
  sentinelOne,
  vectraStream,
  vmConnection,
];

/** The source of an id, or undefined. */
export function sourceById(id: string): LogSource | undefined {
  return SOURCES.find((source) => source.id === id);
}
