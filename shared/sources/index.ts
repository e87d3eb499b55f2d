/** Understanding logs: what the rest of the product uses of this folder. */
export { SOURCES, sourceById } from './catalogue';
export type { Normalizer, NormalizerInput, Outcome, ResumePoint } from './normalizer';
export { openNormalizer } from './openNormalizer';
