/** A question that has to be answered before anything is switched. */
import type { ReactNode } from 'react';
import { useWords } from '../words-context.tsx';

export function Confirm(props: {
  question: string;
  yes: string;
  busy: boolean;
  onYes: () => void;
  onNo: () => void;
  children?: ReactNode;
}) {
  const { say } = useWords();
  const { question, yes, busy, onYes, onNo, children } = props;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would bring its own look and a legend.
    <div className="actuator-confirm" role="group" aria-label={question}>
      {children}
      <p className="actuator-question" role="status">
        {question}
      </p>
      <div className="actuator-buttons">
        <button type="button" className="button button-main" disabled={busy} onClick={onYes}>
          {yes}
        </button>
        <button type="button" className="button" onClick={onNo}>
          {say('actuator.no')}
        </button>
      </div>
    </div>
  );
}
