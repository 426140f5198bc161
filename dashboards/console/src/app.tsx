/** The page as a whole. */
import { chooseLanguage, speaker } from './words/words.ts';

export function App() {
  const say = speaker(chooseLanguage(navigator.languages));
  return <main>{say('say.loading')}</main>;
}
