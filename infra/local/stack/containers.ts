/** The containers that a deployment makes, or that log sources do: nothing in the app creates them. */
import { BlobServiceClient } from '@azure/storage-blob';
import { SETTINGS } from '../../../shared/settings';
import { LOCAL, SAMPLE_CONTAINERS } from './localIdentifiers';

export async function createContainers(connectionString: string): Promise<void> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  const names = [...SAMPLE_CONTAINERS, LOCAL.logsContainer, SETTINGS.RULES_CONTAINER.default];
  await Promise.all(names.map((name) => service.getContainerClient(name).createIfNotExists()));
}
