/** How large a package is, and what makes it so. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

export interface Size {
  /** A top-level folder or file, or a dependency (`node_modules/NAME`). */
  readonly part: string;
  readonly bytes: number;
  readonly files: number;
}

/** Sizes of a package's parts, largest first. */
export function sizes(folder: string): Size[] {
  const parts = new Map<string, { bytes: number; files: number }>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const names = path.slice(folder.length + 1).split(/[\\/]/);
    const depth = names[0] !== 'node_modules' ? 1 : names[1]?.startsWith('@') ? 3 : 2;
    const part = names.slice(0, depth).join('/');
    const known = parts.get(part) ?? { bytes: 0, files: 0 };
    parts.set(part, { bytes: known.bytes + statSync(path).size, files: known.files + 1 });
  }
  return [...parts].map(([part, size]) => ({ part, ...size })).sort((a, b) => b.bytes - a.bytes);
}

/** The sizes as a table: the `largest` parts by name, the rest in one line, the total. */
export function sizeTable(all: readonly Size[], largest = 15): string {
  const add = (part: string, list: readonly Size[]): Size => ({
    part,
    bytes: list.reduce((sum, size) => sum + size.bytes, 0),
    files: list.reduce((sum, size) => sum + size.files, 0),
  });
  const rest = all.slice(largest);
  const rows = [
    ...all.slice(0, largest),
    ...(rest.length > 0 ? [add(`${rest.length} others`, rest)] : []),
    add('total', all),
  ];
  const width = Math.max(...rows.map(({ part }) => part.length));
  const line = ({ part, bytes, files }: Size): string =>
    `${part.padEnd(width)}  ${(bytes / 1e6).toFixed(2).padStart(8)} MB  ${String(files).padStart(6)} files`;
  return `${rows.map(line).join('\n')}\n`;
}
