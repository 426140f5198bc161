/** What a codec script is given, and how much it may take. */

export interface CodecInput {
  bytes: readonly number[];
  /** Left out where the network did not say it. */
  fPort?: number;
  /** UTC milliseconds. */
  timeMs?: number;
}

export const CODEC_LIMITS = {
  /** Bytes of a script: the longest published ones have 100 KB. */
  scriptBytes: 512 * 1024,
  /** Bytes of its world: a decoder needs one or two of eight megabytes. */
  memoryBytes: 8 * 1024 * 1024,
  /** Bytes of its stack, below that of the interpreter. */
  stackBytes: 256 * 1024,
  /** Times that the interpreter may look up, each after ten thousand steps: about a second. */
  looks: 2_000,
  /** Characters of a result. */
  resultChars: 64 * 1024,
} as const;
