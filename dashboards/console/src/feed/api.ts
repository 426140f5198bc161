/** The cloud's API as the console asks it (model/src/api.ts). */
import type { ApiError, ApiGateway, FarmDetail, FarmSummary, History, Latest } from '@karez/model';

/** A request that did not succeed. `UNREACHABLE`: there was no answer at all. */
export class Problem extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Problem';
    this.code = code;
  }
}

/** Channels in one request for histories, well below the API's bound, so that the first answers come soon. */
export const HISTORY_CHANNELS = 24;

export interface HistoryRange {
  fromMs: number;
  /** Excluded. */
  toMs: number;
  points: number;
}

export interface Api {
  farms(): Promise<FarmSummary[]>;
  farm(farm: string): Promise<FarmDetail>;
  latest(farm: string): Promise<Latest>;
  gateways(): Promise<ApiGateway[]>;
  history(farm: string, channels: readonly string[], range: HistoryRange, signal?: AbortSignal): Promise<History>;
  /** Address of a farm's live events. */
  liveUrl(farm: string): string;
  fetch: typeof fetch;
}

/** @param base address of the API, relative to the page, so that it works below any path. */
export function createApi(base: string, fetchIt: typeof fetch): Api {
  const get = async <T>(path: string, signal?: AbortSignal): Promise<T> => {
    let response: Response;
    try {
      response = await fetchIt(`${base}${path}`, { headers: { accept: 'application/json' }, signal: signal ?? null });
      if (response.ok) return (await response.json()) as T;
    } catch (cause) {
      if (signal?.aborted) throw cause;
      throw new Problem('UNREACHABLE', 'no answer', { cause });
    }
    throw await problemOf(response);
  };
  const farmPath = (farm: string) => `/farms/${encodeURIComponent(farm)}`;
  return {
    farms: () => get('/farms'),
    farm: (farm) => get(farmPath(farm)),
    latest: (farm) => get(`${farmPath(farm)}/latest`),
    gateways: () => get('/gateways'),
    history(farm, channels, { fromMs, toMs, points }, signal) {
      const query = new URLSearchParams(channels.map((id) => ['channel', id]));
      query.set('from', String(Math.floor(fromMs)));
      query.set('to', String(Math.ceil(toMs)));
      query.set('points', String(points));
      return get(`${farmPath(farm)}/history?${query}`, signal);
    },
    liveUrl: (farm) => `${base}${farmPath(farm)}/live`,
    fetch: fetchIt,
  };
}

/** What an answer that is not a success says. */
export async function problemOf(response: Response): Promise<Problem> {
  const { code, message } = (await response.json().catch(() => ({}))) as Partial<ApiError>;
  return new Problem(code ?? `HTTP ${response.status}`, message ?? response.statusText);
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('UNREACHABLE', String(error), { cause: error });
}
