/** Timer: queues the blobs that events missed. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { invocationLog } from './invocationLog';

app.timer('sweepFlows', {
  schedule: flowtrap().config.schedules.sweepFlows,
  handler: async (_timer, context) => {
    await flowtrap().runTimer('sweep', invocationLog(context));
  },
});
