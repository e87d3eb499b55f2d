/** The flow jobs, for the app and the command line. */
export type { BlobLedger, BlobOutcome, FlowDependencies, FlowReport } from './flowReport';
export { FlowRunError } from './flowReport';
export { handleBlobEvent } from './handleBlobEvent';
export { normalizeBlob } from './normalizeBlob';
export { normalizeWindow } from './normalizeWindow';
export { sweep } from './sweep';
