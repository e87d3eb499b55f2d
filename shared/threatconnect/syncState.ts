/** Where the pull stands: one state document, moved forward only behind what the service has acknowledged. */
import { createHash } from 'node:crypto';
import type { ThreatConnectSettings } from '../config';
import type { StateStore } from '../ports';

export const SYNC_KEY = 'threatconnect/sync';

/** A walk over ids that is under way; times are ISO 8601, UTC. */
export interface Walk {
  /** All indicators, those modified in [from, to), or the inactive ones modified in it. */
  readonly kind: 'full' | 'changed' | 'inactive';
  readonly from?: string;
  readonly to?: string;
  /** Every indicator up to this id is acknowledged. */
  readonly lastId: string;
  /** The server's time when it began. */
  readonly startedAt: string;
}

export interface SyncState {
  readonly version: 1;
  /** Digest of instance, owners, filter and alias: when they change, everything is pulled anew. */
  readonly scope: string;
  /** The next window of changes begins here. */
  readonly from?: string;
  /** When the last complete full pull began. */
  readonly lastFull?: string;
  /** TimeGenerated of the newest rows: it must never go back. */
  readonly lastEmission?: string;
  readonly walk?: Walk;
  /** After a full pull: what carries no row since then is gone from ThreatConnect; to be looked into from `notBefore` on. */
  readonly absence?: { readonly since: string; readonly notBefore: string };
}

/** What the state is valid for. */
export function syncScope(settings: ThreatConnectSettings): string {
  const { url, owners, filter, alias } = settings;
  return createHash('sha256')
    .update(JSON.stringify([url, [...owners].sort(), filter ?? '', alias]))
    .digest('hex')
    .slice(0, 16);
}

/** The state under one ETag: every save is conditional on nobody else having written. */
export class SyncStateFile {
  private constructor(
    private readonly store: StateStore,
    private etag: string | 'absent',
    private current: SyncState,
  ) {}

  static async open(store: StateStore, scope: string): Promise<SyncStateFile> {
    const entry = await store.get<SyncState>(SYNC_KEY);
    const { value } = entry ?? {};
    const fresh: SyncState = {
      version: 1,
      scope,
      ...(value?.lastEmission ? { lastEmission: value.lastEmission } : {}),
    };
    const usable = value?.version === 1 && value.scope === scope;
    return new SyncStateFile(store, entry?.etag ?? 'absent', usable ? value : fresh);
  }

  get value(): SyncState {
    return this.current;
  }

  /** @throws FlowtrapError `conflict` when somebody else wrote it meanwhile. */
  async save(value: SyncState): Promise<void> {
    this.etag = await this.store.put(SYNC_KEY, value, { ifMatch: this.etag });
    this.current = value;
  }
}
