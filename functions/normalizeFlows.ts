/** Queue of blob events: normalizes what is new in each blob. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { invocationLog } from './invocationLog';

app.storageQueue('normalizeFlows', {
  queueName: flowtrap().config.queues.blobs,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    const redelivered = Number(context.triggerMetadata?.dequeueCount ?? 1) > 1;
    await flowtrap().blobEvent(message, redelivered, invocationLog(context));
  },
});
