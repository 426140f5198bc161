/** The cloud's API as the console asks it (model/src/api.ts). */
import {
  type ApiError,
  type ApiGateway,
  type FarmDetail,
  type FarmSummary,
  type History,
  type Latest,
  problemWords,
  type Session,
  type WelcomeRequest,
} from '@karez/model';

/** A request that did not succeed. `UNREACHABLE`: there was no answer at all. */
export class Problem extends Error {
  readonly code: string;
  /** The field of a request that the server did not take, without what stands around it: `condition.value`. */
  readonly where: string | undefined;

  constructor(code: string, message: string, options?: ErrorOptions & { where?: string | undefined }) {
    super(message, options);
    this.where = options?.where?.replace(/^body\.?(rule\.)?/, '');
    this.name = 'Problem';
    this.code = code;
  }
}

/** Nobody answered, or only a proxy for a server that is away. */
export function isAway({ code }: Problem): boolean {
  return code === 'UNREACHABLE' || /^HTTP 5/.test(code);
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
  /** Who asks. */
  session(): Promise<Session>;
  login(login: string, password: string): Promise<Session>;
  /** By a one-time link: somebody new, or a new password. */
  welcome(request: WelcomeRequest): Promise<Session>;
  logout(): Promise<void>;
  /** Asks and changes what has no method of its own: people, addresses, tokens (model/src/people.ts, contacts.ts). */
  get<T>(path: string): Promise<T>;
  send<T>(method: 'POST' | 'PUT' | 'PATCH' | 'DELETE', path: string, body?: object): Promise<T>;
  /** Called when an answer says that nobody is logged in any more. */
  onLoggedOut(listener: () => void): () => void;
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
  const loggedOut = new Set<() => void>();
  let csrf: string | null = null;
  const ask = async <T>(path: string, init: RequestInit): Promise<T> => {
    let response: Response;
    try {
      response = await fetchIt(`${base}${path}`, { ...init, headers: { accept: 'application/json', ...init.headers } });
      if (response.ok) return (await response.json()) as T;
    } catch (cause) {
      if (init.signal?.aborted) throw cause;
      throw new Problem('UNREACHABLE', 'no answer', { cause });
    }
    const problem = await problemOf(response);
    if (problem.code === 'LOGIN_NEEDED') for (const listener of loggedOut) listener();
    throw problem;
  };
  const get = <T>(path: string, signal?: AbortSignal) => ask<T>(path, { signal: signal ?? null });
  const send = <T>(method: string, path: string, body?: object) =>
    ask<T>(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csrf === null ? {} : { 'x-csrf': csrf }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const entered = (session: Session): Session => {
    csrf = session.csrf;
    return session;
  };
  const farmPath = (farm: string) => `/farms/${encodeURIComponent(farm)}`;
  return {
    get: (path) => get(path),
    send,
    session: async () => entered(await get('/session')),
    login: async (login, password) => entered(await send('POST', '/session', { login, password })),
    welcome: async (request) => entered(await send('POST', '/welcome', request)),
    async logout() {
      await send('DELETE', '/session');
      csrf = null;
    },
    onLoggedOut(listener) {
      loggedOut.add(listener);
      return () => loggedOut.delete(listener);
    },
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

/** Of the page as it stands; English where there is none. */
const pageLanguage = () => (globalThis.document?.documentElement.lang.startsWith('zh') ? 'zh' : 'en');

/** What an answer that is not a success says, in the page's language where its words are known. */
export async function problemOf(response: Response): Promise<Problem> {
  const said = (await response.json().catch(() => ({}))) as Partial<ApiError>;
  const { code, message, where, problem = '', params = {} } = said;
  const words = problemWords(problem, params, pageLanguage());
  return new Problem(code ?? `HTTP ${response.status}`, words ?? message ?? response.statusText, { where });
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('UNREACHABLE', String(error), { cause: error });
}
