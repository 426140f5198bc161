/** Reads a text aloud, for those who do not read easily (Web Speech API). Not there where the device cannot speak. */
import { useEffect, useState } from 'react';
import { useWords } from '../words-context.tsx';
import { Icon } from './icon.tsx';

export function ReadAloud({ text }: { text: string }) {
  const { say, locale } = useWords();
  const [speaking, setSpeaking] = useState(false);
  const canSpeak = 'speechSynthesis' in window;
  useEffect(() => (canSpeak ? () => window.speechSynthesis.cancel() : undefined), [canSpeak]);
  if (!canSpeak) return null;
  const toggle = () => {
    window.speechSynthesis.cancel();
    if (speaking) return setSpeaking(false);
    const words = new SpeechSynthesisUtterance(text);
    words.lang = locale;
    // The device chooses a voice of the language by itself; naming one helps where its default is another.
    words.voice = window.speechSynthesis.getVoices().find((v) => v.lang.replace('_', '-') === locale) ?? null;
    words.onend = () => setSpeaking(false);
    words.onerror = () => setSpeaking(false);
    setSpeaking(true);
    window.speechSynthesis.speak(words);
  };
  return (
    <button
      type="button"
      className="button button-icon read-aloud"
      aria-label={say(speaking ? 'read.stop' : 'read.aloud')}
      onClick={toggle}
    >
      <Icon name={speaking ? 'stop' : 'sound'} />
    </button>
  );
}
