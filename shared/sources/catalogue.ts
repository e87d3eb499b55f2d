/** Every source. A new one is a file beside this and a line here. */
import { azureVnet } from './azureVnet';
import type { LogSource } from './source';

export const SOURCES: readonly LogSource[] = [azureVnet];

/** The source of an id, or undefined. */
export function sourceById(id: string): LogSource | undefined {
  return SOURCES.find((source) => source.id === id);
}
