/** A short form that lets somebody in: its fields, one button, and in words what was wrong. */
import type { Session } from '@karez/model';
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { problemWords } from '../part/problem.tsx';
import { useWords } from '../words-context.tsx';

interface EntryFormProps {
  title: string;
  lead?: ReactNode;
  button: string;
  children: ReactNode;
  /** Given the fields by name. */
  onSend(fields: Record<string, string>): Promise<Session>;
  onEntered(session: Session): void;
}

export function EntryForm({ title, lead, button, children, onSend, onEntered }: EntryFormProps) {
  const { say } = useWords();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = Object.fromEntries([...new FormData(event.currentTarget)].map(([k, v]) => [k, String(v)]));
    setBusy(true);
    setProblem(undefined);
    try {
      onEntered(await onSend(fields));
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  return (
    <form className="entry card" onSubmit={(event) => void send(event)}>
      <h1 tabIndex={-1}>{title}</h1>
      {lead}
      {children}
      {problem === undefined ? null : (
        <p className="note" role="alert">
          {problemWords(problem, say)}
        </p>
      )}
      <button type="submit" className="button button-main" disabled={busy}>
        {button}
      </button>
    </form>
  );
}

interface EntryFieldProps {
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'password';
  autoComplete: string;
  minLength?: number;
}

export function EntryField({ name, label, hint, type = 'text', autoComplete, minLength }: EntryFieldProps) {
  const id = useId();
  return (
    <div className="entry-field">
      <label htmlFor={id}>{label}</label>
      <input
        {...{ id, name, type, autoComplete, minLength }}
        required
        autoCapitalize="none"
        spellCheck={false}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="quiet">
          {hint}
        </span>
      )}
    </div>
  );
}
