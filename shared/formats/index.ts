/** Bytes to raw records: what the rest of the product uses of this folder. */
export {
  COMPRESSION_BYTES,
  compressionOf,
  DECOMPRESSION_LIMITS,
  type DecompressionLimits,
  decompress,
} from './compression';
