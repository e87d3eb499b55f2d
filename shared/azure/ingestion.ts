/**
 * The RowSink port over the Logs Ingestion API. The SDK's client gives the pipeline (token, request id, logging); the body
 * is ours: serialized once, compressed once at level 1, at most 1,000,000 bytes before compression. The SDK's own gzip and
 * retry policies are taken out: the first compresses a second time after a claims challenge, the second waits as long as a
 * Retry-After says and not at all without one.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzip as gzipCallback } from 'node:zlib';
import {
  createDefaultHttpClient,
  createHttpHeaders,
  createPipelineRequest,
  type HttpClient,
  isRestError,
  type Pipeline,
  type PipelineResponse,
} from '@azure/core-rest-pipeline';
import { LogsIngestionClient } from '@azure/monitor-ingestion';
import { describeError, FlowtrapError } from '../errors';
import type { Log, RefusedRow, RowSink, UploadOutcome } from '../ports';
import type { RowBatch } from '../rowBatch';
import type { TokenCredential } from './credential';
import { type Answer, classify, readAnswer } from './ingestionAnswer';
import { credentialError } from './storageError';

const gzip = promisify(gzipCallback);

/** By data collection rule: no request before this time (milliseconds since the epoch). The service's limits are the rule's. */
const pauses = new Map<string, number>();

/** One for all sinks: each transport keeps connections of its own, and sinks come and go with every invocation. */
let transport: HttpClient | undefined;

/** Rows refused one by one without a single acceptance, before the rule rather than the rows is held to be at fault. */
const REFUSED_IN_A_ROW = 16;

export interface RowSinkOptions {
  /** Logs ingestion endpoint, https. */
  readonly endpoint: string;
  /** Immutable id of the data collection rule. */
  readonly ruleId: string;
  readonly stream: string;
  readonly credential: TokenCredential;
  /** Another transport: see loopback.ts. */
  readonly httpClient?: HttpClient;
  readonly log: Log;
  /** Longest that one upload may take with all its attempts (milliseconds). Default: 90 s. */
  readonly patience?: number;
  /** Time-out of one request (milliseconds). */
  readonly requestTimeout?: number;
  /** First pause between attempts (milliseconds); doubles up to 30 s. */
  readonly firstPause?: number;
}

/**
 * Writes rows of one stream. A sink may be used for several uploads at once. When the service asks for a pause, all sinks of
 * that rule keep it.
 */
export function createRowSink(options: RowSinkOptions): RowSink {
  const sink = new IngestionSink(options);
  return { upload: (batch) => sink.upload(batch) };
}

class IngestionSink {
  private pipeline: Pipeline;
  private readonly transport: HttpClient;
  private readonly url: string;
  private readonly subject: string;
  private readonly rule: string;

  constructor(private readonly options: RowSinkOptions) {
    const { endpoint, ruleId, stream } = options;
    this.url = `${endpoint.replace(/\/+$/, '')}/dataCollectionRules/${encodeURIComponent(ruleId)}/streams/${encodeURIComponent(stream)}?api-version=2023-01-01`;
    this.rule = `${endpoint} ${ruleId}`;
    this.subject = `stream ${stream}`;
    transport ??= createDefaultHttpClient();
    this.transport = options.httpClient ?? transport;
    this.pipeline = this.openPipeline();
  }

  async upload(batch: RowBatch): Promise<UploadOutcome> {
    if (batch.count === 0) return { accepted: 0, refused: [] };
    const refused: RefusedRow[] = [];
    const deadline = Date.now() + (this.options.patience ?? 90_000);
    const outcome = { accepted: 0, refused };
    await this.send(batch, 0, batch.count, deadline, outcome);
    return outcome;
  }

  /** Sends rows [from, to); halves them when they are too large or one of them is poison. */
  private async send(
    batch: RowBatch,
    from: number,
    to: number,
    deadline: number,
    outcome: { accepted: number; refused: RefusedRow[] },
  ): Promise<void> {
    const answer = await this.post(await gzip(batch.body(from, to), { level: 1 }), deadline);
    const kind = classify(answer);
    if (kind === 'accepted') {
      outcome.accepted += to - from;
    } else if (kind === 'refusedRows' || kind === 'tooLarge') {
      if (to - from > 1) {
        const middle = (from + to) >>> 1;
        await this.send(batch, from, middle, deadline, outcome);
        await this.send(batch, middle, to, deadline, outcome);
        return;
      }
      outcome.refused.push({ index: from, reason: `${answer.status} ${answer.code} ${answer.message}`.trim() });
      if (outcome.accepted === 0 && outcome.refused.length >= REFUSED_IN_A_ROW) {
        throw new FlowtrapError('configuration', `the service refuses every row: ${answer.text}.`, {
          subject: this.subject,
          fix: 'See that the data collection rule (INGESTION_RULE_ID) declares this stream with our columns.',
        });
      }
    } else {
      throw this.failure(kind, answer);
    }
  }

  /** One body, sent until the service has answered for good. Transport failures on a large body count as too large. */
  private async post(body: Buffer, deadline: number): Promise<Answer> {
    let cut = 0;
    let renewed = false;
    for (let attempt = 0; ; attempt++) {
      await this.keepPause(deadline);
      let said: string;
      let pause: number | undefined;
      let cause: unknown;
      try {
        const answer = await this.once(body, deadline);
        const kind = classify(answer);
        if (kind === 'unauthorized' && answer.status === 401 && !renewed) {
          // The token may have been revoked while it was cached.
          renewed = true;
          this.pipeline = this.openPipeline();
          continue;
        }
        if (kind !== 'unavailable') return answer;
        said = answer.text;
        pause = answer.retryAfter;
      } catch (error) {
        const typed = error instanceof FlowtrapError ? error : credentialError(error, this.subject);
        if (typed && !typed.retryable) throw typed;
        said = typed?.message ?? describeError(error);
        cause = error;
        // Seen in the place of 413: the service closes the connection while a large body is being sent.
        if (isRestError(error) && (error.code === 'ECONNRESET' || error.code === 'EPIPE') && ++cut >= 3)
          return {
            status: 413,
            code: 'ConnectionClosed',
            message: 'the connection was closed three times',
            text: said,
          };
      }
      const own = Math.min((this.options.firstPause ?? 1000) * 2 ** attempt, 30_000) * (0.5 + Math.random() / 2);
      const wait = pause === undefined ? own : Math.max(pause, own);
      if (Date.now() + wait >= deadline) {
        const asked = pause === undefined ? '' : ` and asks for a pause of ${Math.ceil(pause / 1000)} s`;
        throw new FlowtrapError('unavailable', `the ingestion endpoint does not take rows: ${said}${asked}.`, {
          subject: this.subject,
          fix: 'The rows are sent again by a later run; if it lasts, see INGESTION_ENDPOINT and the state of the service.',
          cause,
        });
      }
      this.options.log.warn(
        `${this.subject}: attempt ${attempt + 1} failed (${said}); next in ${Math.round(wait)} ms.`,
      );
      if (pause !== undefined) pauses.set(this.rule, Math.max(this.pausedUntil, Date.now() + pause));
      await sleep(wait);
    }
  }

  private async once(body: Buffer, deadline: number): Promise<Answer> {
    const request = createPipelineRequest({
      url: this.url,
      method: 'POST',
      body,
      timeout: Math.max(1000, Math.min(this.options.requestTimeout ?? 60_000, deadline - Date.now())),
      headers: createHttpHeaders({ 'content-type': 'application/json', 'content-encoding': 'gzip' }),
    });
    const response: PipelineResponse = await this.pipeline.sendRequest(this.transport, request);
    return readAnswer(response);
  }

  private get pausedUntil(): number {
    return pauses.get(this.rule) ?? 0;
  }

  private async keepPause(deadline: number): Promise<void> {
    const wait = this.pausedUntil - Date.now();
    if (wait <= 0) return;
    if (this.pausedUntil >= deadline) {
      throw new FlowtrapError('unavailable', `the service asked for a pause of ${Math.ceil(wait / 1000)} s more.`, {
        subject: this.subject,
        fix: 'The rows are sent again by a later run.',
      });
    }
    await sleep(wait);
  }

  /** A new pipeline has an empty token cache. */
  private openPipeline(): Pipeline {
    const { endpoint, credential, httpClient } = this.options;
    const { pipeline } = new LogsIngestionClient(endpoint, credential, { httpClient });
    for (const name of ['GzippingPolicy', 'defaultRetryPolicy', 'redirectPolicy']) pipeline.removePolicy({ name });
    return pipeline;
  }

  private failure(kind: 'unauthorized' | 'configuration' | 'unavailable', answer: Answer): FlowtrapError {
    const fix =
      answer.status === 401
        ? 'See that the endpoint belongs to this tenant and that AZURE_CLIENT_ID names an identity of this app.'
        : kind === 'unauthorized'
          ? 'Give the identity the role Monitoring Metrics Publisher on the data collection rule; a new role takes up to 30 minutes to work.'
          : 'See that INGESTION_ENDPOINT and INGESTION_RULE_ID are those of one data collection rule, and that it declares this stream.';
    return new FlowtrapError(kind, `the ingestion endpoint refused the request (${answer.text}).`, {
      subject: this.subject,
      fix,
    });
  }
}
