/** What a page asks of the server once, and again when it has changed something. */
import { useCallback, useEffect, useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { usePorts } from '../farm-context.tsx';

export interface Asked<T> {
  /** Undefined until the first answer. */
  answer: T | undefined;
  problem: Problem | undefined;
  again(): void;
}

/** @param path below the API's address; undefined asks nothing. */
export function useAsked<T>(path: string | undefined): Asked<T> {
  const { api } = usePorts();
  const [answer, setAnswer] = useState<T>();
  const [problem, setProblem] = useState<Problem>();
  const again = useCallback(() => {
    if (path === undefined) return;
    api.get<T>(path).then(
      (found) => {
        setAnswer(found);
        setProblem(undefined);
      },
      (error: unknown) => setProblem(asProblem(error)),
    );
  }, [api, path]);
  useEffect(again, [again]);
  return { answer, problem, again };
}
