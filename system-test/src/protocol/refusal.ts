/** How a reader of batches says no. Source: docs/protocol/batch.md, "Words" and "Errors and limits". */

export type RefusalCode = 'BATCH_TOO_LARGE' | 'BATCH_VERSION' | 'BATCH_CHECKSUM' | 'BATCH_MALFORMED';

export class BatchRefused extends Error {
  readonly code: RefusalCode;

  constructor(code: RefusalCode, message: string) {
    super(message);
    this.code = code;
  }
}

let refusing = true;

/** Refuses the batch, saying `otherwise`, unless `holds`. */
export function refuseUnless(holds: boolean, otherwise: string, code: RefusalCode = 'BATCH_MALFORMED'): void {
  if (!holds && refusing) throw new BatchRefused(code, otherwise);
}

/** Runs this with nothing refused, for batches that break one rule and are whole but for that. */
export function withoutRefusing<T>(run: () => T): T {
  refusing = false;
  try {
    return run();
  } finally {
    refusing = true;
  }
}
