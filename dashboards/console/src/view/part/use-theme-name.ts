/** Changes whenever the colours of the page change: what is drawn on a canvas has to be drawn anew then. */
import { useSyncExternalStore } from 'react';
import { useWords } from '../words-context.tsx';

const DARK = '(prefers-color-scheme: dark)';

export function useThemeName(): string {
  const { preferences } = useWords();
  const dark = useSyncExternalStore(
    (changed) => {
      const query = window.matchMedia(DARK);
      query.addEventListener('change', changed);
      return () => query.removeEventListener('change', changed);
    },
    () => window.matchMedia(DARK).matches,
  );
  return preferences.theme === 'auto' ? (dark ? 'dark' : 'light') : preferences.theme;
}
