/** Queue of requested runs: carries out one slice of a run. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { invocationLog } from './invocationLog';

/** host.json, extensions.queues.maxDequeueCount. */
const MAX_DEQUEUE_COUNT = 5;

app.storageQueue('runRequested', {
  queueName: flowtrap().config.queues.runs,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const lastTry = Number(context.triggerMetadata?.dequeueCount ?? 1) >= MAX_DEQUEUE_COUNT;
    await flowtrap().runRequested(message, lastTry, invocationLog(context));
  },
});
