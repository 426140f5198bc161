/** What the reader chose, kept on this device: language and appearance. theme.js reads the same key before first paint. */
import { chooseLanguage, LANGUAGES, type LanguageId } from '../words/words.ts';

export const THEMES = ['auto', 'light', 'dark', 'outdoors'] as const;
export type Theme = (typeof THEMES)[number];

export interface Preferences {
  language: LanguageId;
  theme: Theme;
}

/** The part of the browser's storage that is needed; a browser that refuses it gives undefined. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem'> | undefined;

const LANGUAGE = 'karez.language';
const THEME = 'karez.theme';

export function readPreferences(shelf: Shelf, browserLanguages: readonly string[]): Preferences {
  const language = read(shelf, LANGUAGE);
  const theme = read(shelf, THEME);
  return {
    language:
      language !== null && Object.hasOwn(LANGUAGES, language)
        ? (language as LanguageId)
        : chooseLanguage(browserLanguages),
    theme: THEMES.find((t) => t === theme) ?? 'auto',
  };
}

export function keepPreferences(shelf: Shelf, { language, theme }: Preferences): void {
  try {
    shelf?.setItem(LANGUAGE, language);
    shelf?.setItem(THEME, theme);
  } catch {
    // A full or refused storage: the choice holds until the page is closed.
  }
}

function read(shelf: Shelf, key: string): string | null {
  try {
    return shelf?.getItem(key) ?? null;
  } catch {
    return null;
  }
}
