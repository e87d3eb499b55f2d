/**
 * The app's entry point: registers every function. Nothing here or below may throw at import: one module that does takes
 * all functions out of the host's index.
 */
import './pullIndicators';
import './normalizeFlows';
import './sweepFlows';
import './detect';
import './rerun';
import './getRun';
import './runRequested';
import './health';
