/** A sample blob through the product's normalizer, with the default settings. */
import { gunzipSync } from 'node:zlib';
import type { SampleBlob } from '../../../../infra/local/samples';
import { parseNetworks } from '../../../../shared/networks';
import { SETTINGS } from '../../../../shared/settings';
import { type Outcome, openNormalizer } from '../../../../shared/sources';

export function normalize({ container, name, blocks }: SampleBlob): Outcome[] {
  const bytes = Buffer.concat([...blocks]);
  return normalizeContent({ container, name, content: name.endsWith('.gz') ? gunzipSync(bytes) : bytes });
}

/** A decompressed content. */
export function normalizeContent({
  container,
  name,
  content,
}: {
  readonly container: string;
  readonly name: string;
  readonly content: string | Uint8Array;
}): Outcome[] {
  const normalizer = openNormalizer({
    account: 'devstoreaccount1',
    container,
    name,
    pinnedSource: undefined,
    internalNetworks: parseNetworks(SETTINGS.INTERNAL_NETWORKS.default.split(',')),
    resume: undefined,
    reference: Date.UTC(2026, 2, 2, 10),
  });
  return [...normalizer.feed(Buffer.from(content)), ...normalizer.end(true)];
}
