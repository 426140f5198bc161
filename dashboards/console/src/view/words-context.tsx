/** The reader's language and appearance, for every view. */
import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { keepPreferences, type Preferences, readPreferences, type Shelf, type Theme } from '../settings/preferences.ts';
import { LANGUAGES, type LanguageId, type Say, speaker } from '../words/words.ts';

export interface Words {
  say: Say;
  language: LanguageId;
  /** For dates and numbers. */
  locale: string;
  preferences: Preferences;
  choose(changes: Partial<Preferences>): void;
}

const Context = createContext<Words | undefined>(undefined);

export function useWords(): Words {
  const words = use(Context);
  if (words === undefined) throw new Error('there is no WordsProvider above');
  return words;
}

export function WordsProvider({ shelf, children }: { shelf: Shelf; children: ReactNode }) {
  const [preferences, setPreferences] = useState(() => readPreferences(shelf, navigator.languages));
  const { language } = preferences;
  const { locale, direction } = LANGUAGES[language];
  useEffect(() => {
    const page = document.documentElement;
    page.lang = locale;
    page.dir = direction;
  }, [locale, direction]);
  const words = useMemo(
    (): Words => ({
      ...{ say: speaker(language), language, locale, preferences },
      choose(changes) {
        const chosen = { ...preferences, ...changes };
        keepPreferences(shelf, chosen);
        wear(chosen.theme);
        setPreferences(chosen);
      },
    }),
    [preferences, language, locale, shelf],
  );
  return <Context value={words}>{children}</Context>;
}

/** Before the views are drawn anew, for some of them read the colours. The first time, theme.js did it. */
function wear(theme: Theme): void {
  const page = document.documentElement;
  if (theme === 'auto') delete page.dataset.theme;
  else page.dataset.theme = theme;
  const bar = getComputedStyle(page).getPropertyValue('--page').trim();
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', bar);
}
