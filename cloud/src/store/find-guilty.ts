/**
 * Finds the points for which InfluxDB refuses a write. It answers 400 to the whole write, with one reason and the number
 * of points that it dropped, and stores the others. So a refused write is parted until each part is taken, or is guilty
 * as a whole; what is written again on the way changes nothing.
 */

/** Why a write was refused. */
export interface Refusal {
  reason: string;
  /** How many of its points InfluxDB says it dropped for this reason; undefined where it does not say. */
  dropped: number | undefined;
}

export interface Guilty<T> {
  item: T;
  reason: string;
}

/**
 * @param send writes items and says why they were refused, or undefined where they were taken.
 * @param kindOf what items must have in common to fail together; a conflict of types concerns all points of one field.
 * @param refusal what a write of all of them was answered.
 * @returns the guilty items, each once.
 */
export async function findGuilty<T>(
  items: readonly T[],
  refusal: Refusal,
  kindOf: (item: T) => string,
  send: (items: readonly T[]) => Promise<Refusal | undefined>,
): Promise<Guilty<T>[]> {
  if (items.length === 1 || refusal.dropped === items.length)
    return items.map((item) => ({ item, reason: refusal.reason }));
  const guilty: Guilty<T>[] = [];
  for (const part of parted(items, kindOf)) {
    const answer = await send(part);
    if (answer !== undefined) guilty.push(...(await findGuilty(part, answer, kindOf, send)));
  }
  return guilty;
}

/** By kind where there are several, in halves where there is one. */
function parted<T>(items: readonly T[], kindOf: (item: T) => string): (readonly T[])[] {
  const kinds = Map.groupBy(items, kindOf);
  if (kinds.size > 1) return [...kinds.values()];
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}
