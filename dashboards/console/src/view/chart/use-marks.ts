/** What rules and alerts say of the channels of a chart: thresholds, and when alerts were on. */
import type { ApiAlerts, ApiRules } from '@karez/model';
import { useEffect, useMemo } from 'react';
import { type Threshold, thresholdsOf } from '../../judge/thresholds.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { useAsked } from '../part/use-asked.ts';

export interface Span {
  fromMs: number;
  /** Null while it goes on. */
  toMs: number | null;
}

export interface Marks {
  thresholds: readonly Threshold[];
  alerts: readonly Span[];
}

/** Alerts that are drawn at most; the API's most in one answer. */
const ALERTS = 200;

export function useMarks(shown: readonly string[]): Marks {
  const { farm, detail, alertChanges } = useLoadedFarm();
  const path = `/farms/${encodeURIComponent(farm)}`;
  const rules = useAsked<ApiRules>(`${path}/rules`).answer;
  const { answer, again } = useAsked<ApiAlerts>(`${path}/alerts?state=all&limit=${ALERTS}`);
  // biome-ignore lint/correctness/useExhaustiveDependencies: every change may be one of these channels.
  useEffect(again, [again, alertChanges]);
  const key = shown.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids themselves decide, not the array that holds them.
  return useMemo(
    () => ({
      thresholds: thresholdsOf(rules?.rules.map((r) => r.rule) ?? [], shown, detail),
      alerts: (answer?.alerts ?? [])
        .filter(({ subject }) => shown.includes(subject))
        .map(({ firedMs, endedMs }) => ({ fromMs: firedMs, toMs: endedMs })),
    }),
    [rules, answer, key, detail],
  );
}
