/** What of several things in a configuration must differ. */
import type { ErrorCode } from '@karez/model';

/** Throws CONFIG_INVALID, or `code`, naming the key, its line and what was expected there. */
export type Fail = (key: string, expected: string, code?: ErrorCode) => never;

/** What is said of each must differ from what is said of the others. */
export function differ<T>(
  items: readonly T[],
  of: (item: T) => string | number,
  key: (i: number) => string,
  fail: Fail,
): void {
  const seen = new Set<string | number>();
  for (const [i, item] of items.entries()) {
    const value = of(item);
    if (seen.has(value)) fail(key(i), `must differ from the others; ${JSON.stringify(value)} stands there twice`);
    seen.add(value);
  }
}
