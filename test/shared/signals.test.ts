import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { joinSignals } from '../../shared/signals';

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  for (let round = 0; round < 5; round++) collect();
}

it('fires with the first of its sources, whose reason it gives', () => {
  const first = new AbortController();
  const { signal } = joinSignals(first.signal, new AbortController().signal);
  expect(signal.aborted).toBe(false);
  first.abort('enough');
  expect(signal.reason).toBe('enough');
  expect(joinSignals(first.signal).signal.aborted).toBe(true);
});

it('still fires after a time when nobody else holds the time-out and garbage was collected', async () => {
  let fired = false;
  joinSignals(new AbortController().signal, AbortSignal.timeout(300)).signal.addEventListener('abort', () => {
    fired = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  collectGarbage();
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(fired).toBe(true);
});

it('leaves its sources alone once it is released', () => {
  const source = new AbortController();
  const { signal, release } = joinSignals(source.signal);
  release();
  source.abort();
  expect(signal.aborted).toBe(false);
});
