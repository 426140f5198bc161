/** Who reads the page. Whoever has not logged in sees the way in; nothing else is asked of the server before. */
import { may, type Right, type Session } from '@karez/model';
import { createContext, type ReactNode, use, useCallback, useEffect, useMemo, useState } from 'react';
import { asProblem, type Problem } from '../feed/api.ts';
import { restate, useRoute } from '../route/use-route.ts';
import { usePorts } from './farm-context.tsx';
import { LoginPage } from './login/login-page.tsx';
import { WelcomePage } from './login/welcome-page.tsx';
import { ProblemNote } from './part/problem.tsx';
import { Shell } from './shell.tsx';

export interface Reader {
  session: Session;
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
  const { api } = usePorts();
  const route = useRoute();
  const [session, setSession] = useState<Session>();
  const [problem, setProblem] = useState<Problem>();
  const load = useCallback(() => {
    setProblem(undefined);
    api.session().then(setSession, (error: unknown) => setProblem(asProblem(error)));
  }, [api]);
  useEffect(load, [load]);
  useEffect(() => api.onLoggedOut(load), [api, load]);
  const reader = useMemo((): Reader | undefined => {
    if (session?.person == null) return undefined;
    return {
      session,
      may: (right, farm) => may(session.roles, right, farm),
      async logout() {
        await api.logout();
        load();
      },
    };
  }, [session, api, load]);
  const entered = (next: Session) => {
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
      {problem === undefined ? null : <ProblemNote problem={problem} onAgain={load} />}
      {session === undefined ? null : <LoginPage isEmpty={session.isEmpty} onEntered={entered} />}
    </Shell>
  );
}
