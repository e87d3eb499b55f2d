/** One message of the blob queue: every blob that it names. */
import { describeError } from '../errors';
import { readBlobMessage } from './blobEvents';
import { type FlowDependencies, type FlowReport, ReportBuilder } from './flowReport';
import { readBlob, runError } from './normalizeBlob';

/**
 * Normalizes what is new in the blobs that a message names. One blob's failure does not stop the others; when there was one,
 * the first is thrown at the end, so that the queue brings the message again (what was done is then found done).
 * A message that cannot be read is a problem in the report: bringing it again would not help, and the sweep finds the blob.
 * @param delivery `redelivered`: the queue brought the message before (dequeueCount above 1). Whoever had it may have died
 * holding the lease, so a message that finds the lease held then comes once more, when a dead holder's lease has run out.
 * @throws FlowRunError
 */
export async function handleBlobEvent(
  message: unknown,
  deps: FlowDependencies,
  delivery: { readonly redelivered?: boolean } = {},
): Promise<FlowReport> {
  const report = new ReportBuilder();
  let failure: unknown;
  for (const request of readBlobMessage(message)) {
    if (request.kind === 'malformed') {
      report.count('malformedMessages');
      report.problem('blob queue', request.problem);
      deps.log.warn(request.problem);
    } else if (request.kind === 'otherEvent') {
      report.count('otherEvents');
    } else {
      const { blob, fromStart, allowLate } = request;
      try {
        await readBlob(blob, deps, { fromStart, allowLate, again: delivery.redelivered ?? false }, report);
      } catch (error) {
        report.problem(`${blob.account}/${blob.container}/${blob.name}`, describeError(error));
        failure ??= { error, blob };
      }
    }
  }
  if (failure !== undefined) {
    const { error, blob } = failure as { error: unknown; blob: Parameters<typeof runError>[1] };
    throw runError(error, blob, report);
  }
  return report.build();
}
