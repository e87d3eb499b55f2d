/** GET /api/runs/{id}: a requested run, its counts and what went wrong. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { httpError } from './httpError';

app.http('getRun', {
  methods: ['GET'],
  authLevel: 'function',
  route: 'runs/{id}',
  handler: async (request) => {
    try {
      return { status: 200, jsonBody: await flowtrap().readRun(request.params.id ?? '') };
    } catch (error) {
      return httpError(error);
    }
  },
});
