/** Bytes to raw records: what the rest of the product uses of this folder. */
export { DECOMPRESSION_LIMITS, type DecompressionLimits, decompress } from './compression';
