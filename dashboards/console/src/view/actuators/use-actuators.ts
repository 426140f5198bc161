/** Actuators of the farm, asked for again whenever the stream says that something about them has changed. */
import type { ApiActuators } from '@karez/model';
import { useEffect } from 'react';
import { useFarm } from '../farm-context.tsx';
import { type Asked, useAsked } from '../part/use-asked.ts';

export function useActuators(): Asked<ApiActuators> {
  const { farm, loads, actuatorChanges } = useFarm();
  const asked = useAsked<ApiActuators>(`/farms/${encodeURIComponent(farm)}/actuators`);
  const { again } = asked;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each change of the counters is a reason to ask.
  useEffect(again, [again, loads, actuatorChanges]);
  return asked;
}
