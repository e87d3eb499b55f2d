/** GET /api/health: 200 when all is well, else 503; each job's last success, lag and last error, every configuration problem. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { httpError } from './httpError';

app.http('health', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'health',
  handler: async () => {
    try {
      const health = await flowtrap().health();
      return { status: health.ok ? 200 : 503, jsonBody: health };
    } catch (error) {
      return httpError(error);
    }
  },
});
