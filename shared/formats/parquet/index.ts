/** Parquet files. (Being written.) */
import { FlowtrapError } from '../../errors';

export interface ParquetFile {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rowCount: number;
  readonly rowGroups: number;
  rowGroup(index: number): ReadonlyMap<string, readonly (string | number | bigint | boolean | undefined)[]>;
}

export function openParquet(_bytes: Buffer): ParquetFile {
  throw new FlowtrapError('unsupported', 'Parquet is not read.', { subject: 'Parquet file', fix: 'Store text.' });
}
