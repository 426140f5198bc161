/** The route that the address bar shows, and where on its page the reader was. */
import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from 'react';
import { hrefOf, parseRoute, type Route } from './route.ts';

let known: { hash: string; route: Route } | undefined;

function current(): Route {
  const { hash } = window.location;
  if (known?.hash !== hash) known = { hash, route: parseRoute(hash) };
  return known.route;
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}

/** Goes to a page as a link would. */
export function goTo(route: Route): void {
  window.location.hash = hrefOf(route);
}

/** Says the same page in other words, such as another range of a chart: the way back does not pass it. */
export function restate(route: Route): void {
  window.history.replaceState(window.history.state, '', hrefOf(route));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

interface Visit {
  scrollY?: number;
}

/**
 * On a new page: begins at the top with the focus on its heading, as a page load would. On the way back: where the
 * reader was.
 * @param page changes with every page, not with every range of a chart.
 */
export function usePageStart(page: string): void {
  useEffect(() => {
    window.history.scrollRestoration = 'manual';
    let timer = 0;
    const remember = () => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        window.history.replaceState({ scrollY: window.scrollY } satisfies Visit, '');
      }, 150);
    };
    window.addEventListener('scroll', remember, { passive: true });
    return () => {
      window.clearTimeout(timer);
      window.removeEventListener('scroll', remember);
    };
  }, []);
  const isFirst = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new page is what this waits for.
  useLayoutEffect(() => {
    const { scrollY } = (window.history.state ?? {}) as Visit;
    window.scrollTo(0, scrollY ?? 0);
    // Where the browser has just opened the page, the focus is the browser's.
    if (!isFirst.current) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
    isFirst.current = false;
  }, [page]);
}
