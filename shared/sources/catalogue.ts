/** Every source. A new one is a file beside this and a line here. */
import { awsVpc } from './awsVpc';
import { azureNsg } from './azureNsg';
import { azureVnet } from './azureVnet';
import { paloAltoPanOs } from './paloAltoPanOs';
import type { LogSource } from './source';

export const SOURCES: readonly LogSource[] = [azureVnet, azureNsg, awsVpc, paloAltoPanOs];

/** The source of an id, or undefined. */
export function sourceById(id: string): LogSource | undefined {
  return SOURCES.find((source) => source.id === id);
}
