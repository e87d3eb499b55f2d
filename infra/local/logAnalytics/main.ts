/** The Log Analytics service as a child process: options as one JSON argument, `ready` over the channel, gone with its parent. */
import './threadPool';
import { describeError } from '../../../shared/errors';
import type { LogAnalyticsOptions } from './options';
import { startLogAnalytics } from './service';

async function main(): Promise<void> {
  const options = JSON.parse(process.argv[2] ?? '{}') as LogAnalyticsOptions;
  const service = await startLogAnalytics(options);
  const end = (): void => {
    void service.close().finally(() => process.exit(0));
  };
  process.once('disconnect', end);
  process.once('SIGTERM', end);
  // Ctrl-C reaches the whole process group; the parent decides when this service ends.
  process.on('SIGINT', () => undefined);
  if (process.connected) process.send?.({ type: 'ready', url: service.url, problems: service.problems });
  else end();
}

main().catch((error: unknown) => {
  process.send?.({ type: 'failed', error: describeError(error) });
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = 1;
  if (process.connected) process.disconnect();
});
