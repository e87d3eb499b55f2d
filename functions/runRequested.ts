/** Queue of requested runs: carries out one slice of a run. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { invocationLog } from './invocationLog';

app.storageQueue('runRequested', {
  queueName: flowtrap().config.queues.runs,
  connection: 'AzureWebJobsStorage',
  handler: async (message, context) => {
    await flowtrap().runRequested(message, invocationLog(context));
  },
});
