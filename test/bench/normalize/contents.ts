/** What normalizing is measured on: big flow logs, and every source's sample scene told over and over with other addresses. */
import { SOURCE_SAMPLES, sceneOf } from '../../../infra/local/samples/everySource';
import type { SceneFile, SourceSample } from '../../../infra/local/samples/sources/scene';
import { awsLog, flowLog, panOsLog } from './flowLogContent';

export interface Content {
  readonly name: string;
  /** Where the blob lies: its path may tell the source. */
  readonly container: string;
  readonly path: string;
  /** Undefined lets it be recognised. */
  readonly source?: string;
  readonly bytes: Buffer;
  /** Per second of CPU: records, or megabytes of input for XML and Parquet. */
  readonly bar: { readonly unit: 'flows' | 'records' | 'MB'; readonly least: number };
}

const FLOWS = { unit: 'flows', least: 180_000 } as const;
const RECORDS = { unit: 'records', least: 30_000 } as const;
const MEGABYTES = { unit: 'MB', least: 40 } as const;
const SCENE_BYTES = 2_000_000;
const MAX_SCENES = 500;

/** The big contents. */
export function bigContents(): readonly Content[] {
  const big = (source: string, text: string, bar: Content['bar']): Content => ({
    name: source,
    container: 'files',
    path: 'file',
    source,
    bytes: Buffer.from(text),
    bar,
  });
  return [
    big('azureVnet', flowLog(60_000, 'vnet'), FLOWS),
    big('azureNsg', flowLog(60_000, 'nsg'), FLOWS),
    big('awsVpc', awsLog(60_000), FLOWS),
    big('paloAltoPanOs', panOsLog(20_000), RECORDS),
  ];
}

/** One content for each file of a source's sample. */
export function sceneContents(sample: SourceSample): readonly Content[] {
  return written(sample, 0).flatMap((file, index) => {
    const parts = [Buffer.from(file.content)];
    let bytes = parts[0]?.length ?? 0;
    const isWhole = bytes >= 4 && parts[0]?.toString('latin1', 0, 4) === 'PAR1';
    if (isCompressed(file)) return [];
    for (let number = 1; !isWhole && bytes < SCENE_BYTES && number < MAX_SCENES; number++) {
      const next = written(sample, number)[index];
      if (next === undefined) break;
      const part = Buffer.from(isCsv(file) ? withoutFirstLine(next.content) : next.content);
      parts.push(part);
      bytes += part.length;
    }
    const content = Buffer.concat(parts);
    const isXml = content.toString('latin1', 0, 64).trimStart().startsWith('<Event');
    return [
      {
        name: `${sample.source} ${file.container}`,
        container: file.container,
        path: file.name,
        bytes: content,
        bar: isXml || isWhole ? MEGABYTES : RECORDS,
      },
    ];
  });
}

export function allSceneContents(): readonly Content[] {
  return SOURCE_SAMPLES.flatMap(sceneContents);
}

/** The scene with addresses of its own, as the big traffic has them: hardly one comes back. */
function written(sample: SourceSample, number: number): readonly SceneFile[] {
  const [high, low] = [(number >>> 8) & 255, number & 255];
  return sample.write({
    ...sceneOf(
      { start: Date.UTC(2026, 2, 2, 9) },
      { bad: `203.${high}.113.${low}`, sweeper: `198.51.${high}.${low}`, sweptPort: 10_000 + number },
    ),
    targets: Array.from({ length: 24 }, (_, index) => `10.${high}.${low}.${index + 1}`),
  });
}

/** Reading is measured, not decompressing. */
function isCompressed({ content }: SceneFile): boolean {
  const head = Buffer.from(content).subarray(0, 4).toString('hex');
  return head.startsWith('1f8b') || head === '28b52ffd';
}

function isCsv({ name }: SceneFile): boolean {
  return /\.csv$/i.test(name);
}

function withoutFirstLine(content: string | Uint8Array): string {
  const text = Buffer.from(content).toString('utf8');
  return text.slice(text.indexOf('\n') + 1);
}
