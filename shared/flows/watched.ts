/** Which blobs are ours to read. */
import type { FlowSettings, WatchedContainer } from '../config';
import type { BlobAddress } from '../ports';

/** The watched container that a blob lies in: the one with the longest matching prefix; undefined when none watches it. */
export function watchedContainer(settings: FlowSettings, blob: BlobAddress): WatchedContainer | undefined {
  let best: WatchedContainer | undefined;
  for (const watched of settings.containers) {
    if (watched.account !== blob.account || watched.container !== blob.container) continue;
    if (!blob.name.startsWith(watched.prefix)) continue;
    if (best === undefined || watched.prefix.length > best.prefix.length) best = watched;
  }
  return best;
}

/** `account/container/name`. */
export function blobPath(blob: BlobAddress): string {
  return `${blob.account}/${blob.container}/${blob.name}`;
}
