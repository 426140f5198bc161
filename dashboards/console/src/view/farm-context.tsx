/** One farm for every view below: its feed, what was judged of it, its time zone. */
import type { FarmDetail, LatestValue } from '@karez/model';
import type { Clock } from '@karez/model/ports';
import { createContext, type ReactNode, use, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import type { Api } from '../feed/api.ts';
import { FarmFeed, type FarmSnapshot } from '../feed/farm-feed.ts';
import type { Memory } from '../feed/memory.ts';
import type { Recent } from '../feed/recent.ts';
import { type FarmVerdict, judgeFarm } from '../judge/areas.ts';
import { type Times, timesFor } from '../show/time.ts';
import { useWords } from './words-context.tsx';

export interface Ports {
  api: Api;
  clock: Clock;
  memory: Memory;
}

const PortsContext = createContext<Ports | undefined>(undefined);
export const PortsProvider = PortsContext;

export function usePorts(): Ports {
  const ports = use(PortsContext);
  if (ports === undefined) throw new Error('there is no PortsProvider above');
  return ports;
}

export interface Farm extends FarmSnapshot {
  farm: string;
  feed: FarmFeed;
  times: Times;
  /** Undefined until the farm has been loaded. */
  verdict: FarmVerdict | undefined;
  value(channelId: string): LatestValue | undefined;
}

export const FarmContext = createContext<Farm | undefined>(undefined);

export function useFarm(): Farm {
  const farm = use(FarmContext);
  if (farm === undefined) throw new Error('there is no FarmProvider above');
  return farm;
}

/** The farm of a page that is drawn only once the farm has been loaded. */
export function useLoadedFarm(): Farm & { detail: FarmDetail; verdict: FarmVerdict } {
  const farm = useFarm();
  if (farm.detail === undefined || farm.verdict === undefined) throw new Error('the farm has not been loaded');
  return farm as Farm & { detail: FarmDetail; verdict: FarmVerdict };
}

export function FarmProvider({ farm, children }: { farm: string; children: ReactNode }) {
  const { api, clock, memory } = usePorts();
  const [feed, setFeed] = useState<FarmFeed>();
  useEffect(() => {
    const made = new FarmFeed(farm, api, clock, memory);
    made.start();
    setFeed(made);
    const seen = () => made.seen(document.visibilityState === 'visible');
    const again = () => made.again();
    document.addEventListener('visibilitychange', seen);
    window.addEventListener('online', again);
    return () => {
      document.removeEventListener('visibilitychange', seen);
      window.removeEventListener('online', again);
      made.stop();
    };
  }, [farm, api, clock, memory]);
  if (feed === undefined || feed.farm !== farm) return null;
  return <Judged feed={feed}>{children}</Judged>;
}

function Judged({ feed, children }: { feed: FarmFeed; children: ReactNode }) {
  const { locale } = useWords();
  const snapshot = useSyncExternalStore(feed.subscribe, feed.snapshot);
  const zone = snapshot.detail?.timeZone ?? null;
  const times = useMemo(() => timesFor(locale, zone), [locale, zone]);
  const farm = useMemo((): Farm => {
    const { detail, gateways, judgedMs, alerts } = snapshot;
    const verdict = detail === undefined ? undefined : judgeFarm(detail, feed.value, gateways, judgedMs, alerts);
    return { ...snapshot, farm: feed.farm, feed, times, verdict, value: feed.value };
  }, [snapshot, feed, times]);
  return <FarmContext value={farm}>{children}</FarmContext>;
}

/** The last six hours of some channels; asks for what is not there yet. */
export function useRecent(channelIds: readonly string[]): (Recent | undefined)[] {
  const { feed } = useFarm();
  const key = channelIds.join('\n');
  // biome-ignore lint/correctness/useExhaustiveDependencies: the ids themselves decide, not the array that holds them.
  useEffect(() => feed.recent.want(channelIds), [feed, key]);
  return channelIds.map((id) => feed.recent.of(id));
}
