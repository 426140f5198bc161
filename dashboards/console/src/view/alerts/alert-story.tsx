/** What happened to an alert and what was done about it, oldest first. */
import type { ApiAlertDetail } from '@karez/model';
import { useEffect } from 'react';
import { useLoadedFarm } from '../farm-context.tsx';
import { ProblemNote } from '../part/problem.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useWords } from '../words-context.tsx';

export function AlertStory({ id }: { id: number }) {
  const { farm, times, alertChanges } = useLoadedFarm();
  const { say } = useWords();
  const { answer, problem, again } = useAsked<ApiAlertDetail>(`/farms/${encodeURIComponent(farm)}/alerts/${id}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change may be one of this alert.
  useEffect(again, [again, alertChanges]);
  if (problem !== undefined) return <ProblemNote problem={problem} onAgain={again} />;
  const steps = (answer?.transitions ?? []).map((t) => ({
    atMs: t.timeMs,
    words: say(`story.${t.state}`),
    note: null,
  }));
  const done = (answer?.actions ?? []).map((a) => ({
    ...{ atMs: a.atMs, note: a.note },
    words: say(`story.action.${a.what}`, { name: a.by.name }),
  }));
  const all = [...steps, ...done].sort((a, b) => a.atMs - b.atMs);
  return (
    <ol className="audit alert-story">
      {all.map(({ atMs, words, note }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the story only grows at its end.
        <li key={i}>
          <time dateTime={new Date(atMs).toISOString()}>{times.exact(atMs)}</time>
          <span>{note === null ? words : `${words}: ${note}`}</span>
        </li>
      ))}
    </ol>
  );
}
