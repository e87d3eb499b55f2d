/** Timer: evaluates the rules over every window that is due and raises incidents. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { invocationLog } from './invocationLog';

app.timer('detect', {
  schedule: flowtrap().config.schedules.detect,
  handler: async (_timer, context) => {
    await flowtrap().runTimer('detect', invocationLog(context));
  },
});
