/** Has the running stack's functions evaluate a window, as a user of the deployed app would: POST /api/rerun. */
import { setTimeout as sleep } from 'node:timers/promises';
import { BlobServiceClient } from '@azure/storage-blob';
import type { Window } from '../../../shared/detection/windows';
import { describeError, FlowtrapError } from '../../../shared/errors';
import type { RuleFile } from '../../../shared/rules/loadRules';
import type { Rule } from '../../../shared/rules/rule';
import { SETTINGS } from '../../../shared/settings';
import { readStackFile, type StackFile, stackFolder } from '../stack/stackFile';

export interface RaisedRun {
  readonly runId: string;
  readonly status: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly problems: readonly { readonly subject: string; readonly message: string }[];
}

const PATIENCE = 120_000;

/**
 * @param file a rule file to put into the stack's rules container first.
 * @throws FlowtrapError `unavailable` when no stack runs from this folder, or it does not answer.
 */
export async function raiseOnStack(
  rule: Rule,
  window: Window,
  file: RuleFile | undefined,
  cwd: string,
): Promise<RaisedRun> {
  const stack = readStackFile(stackFolder(cwd));
  if (stack === undefined) {
    throw new FlowtrapError('unavailable', 'no stack runs from this folder.', {
      subject: '--raise',
      fix: 'Start one with `flowtrap start`.',
    });
  }
  if (file !== undefined) await putRule(stack, file);
  const request = {
    job: 'detect',
    rule: rule.id,
    from: new Date(window.to.getTime() - 1000).toISOString(),
    to: window.to.toISOString(),
  };
  const { runId } = await call<{ runId: string }>(stack, 'POST', '/api/rerun', request);
  const until = Date.now() + PATIENCE;
  for (;;) {
    const run = await call<RaisedRun & { readonly endedAt?: string; readonly error?: string }>(
      stack,
      'GET',
      `/api/runs/${encodeURIComponent(runId)}`,
    );
    if (run.endedAt !== undefined) {
      const problems =
        run.error === undefined ? run.problems : [...run.problems, { subject: 'run', message: run.error }];
      return { runId, status: run.status, counts: run.counts, problems };
    }
    if (Date.now() > until) {
      throw new FlowtrapError('unavailable', `is still ${run.status} after two minutes.`, {
        subject: `run ${runId}`,
        fix: `See GET ${stack.functionsUrl}/api/runs/${runId}.`,
      });
    }
    await sleep(500);
  }
}

async function putRule({ storageConnectionString }: StackFile, file: RuleFile): Promise<void> {
  const container = BlobServiceClient.fromConnectionString(storageConnectionString).getContainerClient(
    SETTINGS.RULES_CONTAINER.default,
  );
  await container.createIfNotExists();
  const body = Buffer.from(file.text);
  await container.getBlockBlobClient(file.name).upload(body, body.length);
}

async function call<T>(stack: StackFile, method: string, path: string, body?: object): Promise<T> {
  let status: number;
  let text: string;
  try {
    const response = await fetch(`${stack.functionsUrl}${path}`, {
      method,
      headers: { 'x-functions-key': stack.functionKey, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    throw new FlowtrapError('unavailable', `the functions do not answer: ${describeError(error)}.`, {
      subject: stack.functionsUrl,
      fix: 'Does the stack run with functions (not --host none)?',
    });
  }
  if (status >= 300) {
    throw new FlowtrapError('refused', `the functions answered ${status}: ${text.slice(0, 500)}`, {
      subject: `${method} ${path}`,
    });
  }
  return JSON.parse(text) as T;
}
