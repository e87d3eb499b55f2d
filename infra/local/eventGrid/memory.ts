/** What the watcher has told already, kept in a JSON file so that a restart does not tell everything again. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** `container/name` → the version that was told: an ETag, or the creation time of an append or page blob. */
export class Memory {
  #told = new Map<string, string>();
  #changed = false;

  /** @param file undefined: kept in memory only. A file that cannot be read counts as none: everything is told again. */
  constructor(private readonly file: string | undefined) {
    if (file === undefined) return;
    try {
      const entries = Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
      this.#told = new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
    } catch {
      // None yet, or cut off by a crash.
    }
  }

  knows(key: string, version: string): boolean {
    return this.#told.get(key) === version;
  }

  remember(key: string, version: string): void {
    this.#told.set(key, version);
    this.#changed = true;
  }

  /** Forgets the blobs below a prefix that are not there any more: made again, they are new. */
  keepOnly(prefix: string, present: ReadonlySet<string>): void {
    for (const key of this.#told.keys())
      if (key.startsWith(prefix) && !present.has(key)) {
        this.#told.delete(key);
        this.#changed = true;
      }
  }

  save(): void {
    if (this.file === undefined || !this.#changed) return;
    mkdirSync(dirname(this.file), { recursive: true });
    const part = `${this.file}.part`;
    writeFileSync(part, JSON.stringify(Object.fromEntries(this.#told)));
    renameSync(part, this.file);
    this.#changed = false;
  }
}
