/**
 * Who reads the page. Whoever has not logged in sees the way in; nothing else is asked of the server before. Without a
 * link the reader of the last visit sees what this device remembers and can change nothing.
 */
import { may, type Right, type Session } from '@karez/model';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { asProblem, isAway, type Problem } from '../feed/api.ts';
import { restate, useRoute } from '../route/use-route.ts';
import { usePorts } from './farm-context.tsx';
import { LoginPage } from './login/login-page.tsx';
import { WelcomePage } from './login/welcome-page.tsx';
import { ProblemNote } from './part/problem.tsx';
import { Shell } from './shell.tsx';

/** How often the server is asked again who reads, while it does not answer, ms. */
const AGAIN_MS = 5_000;

export interface Reader {
  session: Session;
  /** The server has not said in this visit who reads: it does not answer. */
  isAway: boolean;
  may(right: Right, farm: string): boolean;
  logout(): Promise<void>;
}

const Context = createContext<Reader | undefined>(undefined);

export function useReader(): Reader {
  const reader = use(Context);
  if (reader === undefined) throw new Error('there is no SessionGate above');
  return reader;
}

export function SessionGate({ children }: { children: ReactNode }) {
  const { api, clock, memory } = usePorts();
  const route = useRoute();
  const [session, setSession] = useState<Session>();
  const [away, setAway] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const load = useCallback(() => {
    const told = async (): Promise<void> => {
      try {
        const found = await api.session();
        setProblem(undefined);
        setAway(false);
        setSession(found);
        if (found.person === null) await memory.forget();
        else await memory.keep('session', found);
      } catch (error) {
        const why = asProblem(error);
        setProblem(why);
        if (!isAway(why)) return;
        setAway(true);
        const kept = await memory.recall<Session>('session');
        setSession((known) => known ?? kept);
      }
    };
    void told();
  }, [api, memory]);
  useEffect(load, [load]);
  useEffect(() => api.onLoggedOut(load), [api, load]);
  useEffect(() => {
    if (!away) return;
    const stop = clock.every(AGAIN_MS, load);
    window.addEventListener('online', load);
    return () => {
      stop();
      window.removeEventListener('online', load);
    };
  }, [away, clock, load]);
  const reader = useMemo((): Reader | undefined => {
    if (session?.person == null) return undefined;
    return {
      ...{ session, isAway: away },
      may: (right, farm) => (right === 'view' || !away) && may(session.roles, right, farm),
      async logout() {
        await memory.forget();
        await api.logout();
        setSession(undefined);
        load();
      },
    };
  }, [session, api, load, away, memory]);
  const entered = (next: Session) => {
    void memory.keep('session', next);
    setAway(false);
    setSession(next);
    if (route.page === 'welcome') restate({ page: 'farms' });
  };

  if (reader !== undefined && route.page !== 'welcome') return <Context value={reader}>{children}</Context>;
  if (route.page === 'welcome') {
    return (
      <Shell out>
        <WelcomePage code={route.code} onEntered={entered} />
      </Shell>
    );
  }
  return (
    <Shell out>
      {problem === undefined || session !== undefined ? null : <ProblemNote problem={problem} onAgain={load} />}
      {session === undefined ? null : <LoginPage isEmpty={session.isEmpty} onEntered={entered} />}
    </Shell>
  );
}
