/** Frames of a job by a known plan, from a time in UTC milliseconds on. */
export function jobFrames(
  startMs: number,
): { refId: string; fields: { name: string; type: string; values: unknown[] }[] }[];
