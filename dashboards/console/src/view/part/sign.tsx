/** The sign of a state: told by its shape, coloured besides. */
import type { State } from '../../judge/state.ts';
import type { Key } from '../../words/words.ts';
import { useWords } from '../words-context.tsx';

const SHAPES: Record<State, React.ReactNode> = {
  fresh: <circle cx="8" cy="8" r="5" className="sign-fill" />,
  late: (
    <>
      <circle cx="8" cy="8" r="4.75" className="sign-line" />
      <path d="M8 3.25a4.75 4.75 0 0 0 0 9.5z" className="sign-fill" />
    </>
  ),
  silent: <circle cx="8" cy="8" r="4.75" className="sign-line" />,
  suspect: (
    <>
      <path d="M5 5.6a3 3 0 1 1 4.2 2.75c-.8.4-1.2.9-1.2 1.95" className="sign-line" />
      <circle cx="8" cy="13.2" r="1.15" className="sign-fill" />
    </>
  ),
  alert: (
    <>
      <path d="M8 1.8 15 14H1z" className="sign-fill" />
      <path d="M8 6v4M8 11.6v.6" className="sign-cut" />
    </>
  ),
  absent: <path d="M4.5 8h7" className="sign-line" />,
};

/** @param word what a screen reader hears; null where the words beside the sign say it already. */
export function Sign({ state, word }: { state: State; word?: Key | null }) {
  const { say } = useWords();
  return (
    <span className={`sign state-${state}`}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        {SHAPES[state]}
      </svg>
      {word === null ? null : <span className="unseen">{say(word ?? `state.${state}`)}</span>}
    </span>
  );
}
