/** The stand-in as a process of its own: options as one JSON argument, ends when its parent's channel closes. */
import { describeError } from '../../../shared/errors';
import { type SentinelOptions, startSentinel } from './sentinel';

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as SentinelOptions;
  const sentinel = await startSentinel(options);
  process.on('disconnect', () => void sentinel.close().then(() => process.exit(0)));
  process.send?.({ type: 'ready', url: sentinel.url });
}

main().catch((error: unknown) => {
  process.send?.({ type: 'failed', error: describeError(error) });
  process.exitCode = 1;
});
