/** Uploads rows of indicators in batches and counts what became of them. */
import type { RowSink } from '../ports';
import { RowBatch } from '../rowBatch';
import type { IndicatorRow } from './indicatorRow';

export class RowWriter {
  private readonly batch = new RowBatch();
  /** Rows that the service took. */
  accepted = 0;
  /** Reasons of rows that it refused for good, with how often. */
  readonly refused = new Map<string, number>();
  /** One of the rows that went up last. */
  newest: IndicatorRow | undefined;

  constructor(private readonly sink: RowSink) {}

  /** Adds rows; what fills a batch is uploaded at once. */
  async write(rows: Iterable<IndicatorRow>): Promise<void> {
    for (const row of rows) {
      const json = JSON.stringify(row);
      if (!this.batch.add(json)) {
        await this.flush();
        this.batch.add(json);
      }
      this.newest = row;
    }
  }

  /** Resolves when everything written so far was acknowledged or refused. */
  async flush(): Promise<void> {
    if (this.batch.count === 0) return;
    const outcome = await this.sink.upload(this.batch);
    this.accepted += outcome.accepted;
    for (const { reason } of outcome.refused) this.refused.set(reason, (this.refused.get(reason) ?? 0) + 1);
    this.batch.clear();
  }
}
