/** The alerts that are over, newest first, page by page; asked for again whenever one changes. */
import type { ApiAlert, ApiAlerts } from '@karez/model';
import { useCallback, useEffect, useState } from 'react';
import { isOpen } from '../../feed/alert-list.ts';
import { asProblem, type Problem } from '../../feed/api.ts';
import { useFarm, usePorts } from '../farm-context.tsx';

const PAGE = 50;

export interface Earlier {
  /** Undefined until the first answer. */
  alerts: readonly ApiAlert[] | undefined;
  more: boolean;
  problem: Problem | undefined;
  again(): void;
  older(): void;
}

export function useEarlier(): Earlier {
  const { farm, alertChanges } = useFarm();
  const { api } = usePorts();
  const [limit, setLimit] = useState(PAGE);
  const [found, setFound] = useState<{ alerts: readonly ApiAlert[]; more: boolean }>();
  const [problem, setProblem] = useState<Problem>();
  const again = useCallback(() => {
    const ask = async (): Promise<void> => {
      const alerts: ApiAlert[] = [];
      let more = true;
      while (more && alerts.length < limit) {
        const last = alerts.at(-1)?.id;
        const query = `state=all&limit=${PAGE}${last === undefined ? '' : `&before=${last}`}`;
        const answer = await api.get<ApiAlerts>(`/farms/${encodeURIComponent(farm)}/alerts?${query}`);
        alerts.push(...answer.alerts);
        more = answer.more && answer.alerts.length > 0;
      }
      setFound({ alerts: alerts.filter((a) => !isOpen(a)), more });
      setProblem(undefined);
    };
    ask().catch((error: unknown) => setProblem(asProblem(error)));
  }, [api, farm, limit]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change of an alert may have ended one.
  useEffect(again, [again, alertChanges]);
  return { alerts: found?.alerts, more: found?.more ?? false, problem, again, older: () => setLimit((n) => n + PAGE) };
}
