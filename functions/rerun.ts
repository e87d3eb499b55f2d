/** POST /api/rerun: any job again, for any past window. Answers 202 with the run's id once it is safely queued. */
import { app } from '@azure/functions';
import { flowtrap } from '../shared/app';
import { FlowtrapError } from '../shared/errors';
import { httpError } from './httpError';

app.http('rerun', {
  methods: ['POST'],
  authLevel: 'function',
  route: 'rerun',
  handler: async (request) => {
    try {
      const body: unknown = await request.json().catch((cause: unknown) => {
        throw new FlowtrapError('malformed', 'the body is no JSON.', { subject: 'rerun request', cause });
      });
      const run = await flowtrap().requestRun(body);
      return {
        status: 202,
        headers: { location: `/api/runs/${run.id}` },
        jsonBody: { runId: run.id, status: run.status, request: run.request },
      };
    } catch (error) {
      return httpError(error);
    }
  },
});
