/** Timer: pulls ThreatConnect indicators into ThreatIntelligenceIndicator. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { invocationLog } from './invocationLog';

app.timer('pullIndicators', {
  schedule: flowtrap().config.schedules.pullIndicators,
  handler: async (_timer, context) => {
    await flowtrap().runTimer('indicators', invocationLog(context));
  },
});
