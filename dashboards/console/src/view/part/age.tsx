/** How old a value is, in words, with the exact time at hand. */
import { ageOf } from '../../show/time.ts';
import type { Say } from '../../words/words.ts';
import { useFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';

export function ageWords(ageMs: number, say: Say): string {
  const age = ageOf(ageMs);
  return age.unit === 'now' ? say('age.now') : say(`age.${age.unit}`, { n: age.count });
}

/** @param atMs null where nothing was ever heard. */
export function Age({ atMs }: { atMs: number | null }) {
  const { times, nowMs } = useFarm();
  const { say } = useWords();
  if (atMs === null) return <span className="age">{say('age.never')}</span>;
  return (
    <time className="age" dateTime={new Date(atMs).toISOString()} title={times.exact(atMs)}>
      {ageWords(nowMs - atMs, say)}
    </time>
  );
}
