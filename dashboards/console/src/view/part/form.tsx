/** A form of a few fields with one button; says in words what was wrong, and is empty again when it went well. */
import { type FormEvent, type ReactNode, useId, useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { useWords } from '../words-context.tsx';
import { problemWords } from './problem.tsx';

interface FormProps {
  className?: string;
  button: string;
  children: ReactNode;
  /** Given the fields by name; what it throws is shown. */
  onSend(fields: Record<string, string>): Promise<void>;
}

export function Form({ className = 'form', button, children, onSend }: FormProps) {
  const { say } = useWords();
  const [problem, setProblem] = useState<Problem>();
  const [busy, setBusy] = useState(false);
  const send = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const fields = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, String(value)]));
    setBusy(true);
    setProblem(undefined);
    try {
      await onSend(fields);
      form.reset();
    } catch (error) {
      setProblem(asProblem(error));
    }
    setBusy(false);
  };
  return (
    <form className={className} onSubmit={(event) => void send(event)}>
      {children}
      {problem === undefined ? null : (
        <p className="trouble" role="alert">
          {problemWords(problem, say)}
        </p>
      )}
      <button type="submit" className="button button-main" disabled={busy}>
        {button}
      </button>
    </form>
  );
}

interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  type?: 'text' | 'password' | 'email' | 'url' | 'time';
  autoComplete?: string;
  minLength?: number;
  required?: boolean;
  value?: string;
}

export function Field({
  name,
  label,
  hint,
  type = 'text',
  autoComplete = 'off',
  minLength,
  required = true,
  value,
}: FieldProps) {
  const id = useId();
  return (
    <div className="entry-field">
      <label htmlFor={id}>{label}</label>
      <input
        {...{ id, name, type, autoComplete, minLength, required }}
        defaultValue={value}
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

interface SelectProps<V extends string> {
  name?: string;
  label: string;
  options: readonly (readonly [value: V, words: string])[];
  value?: V;
  onChoose?(value: V): void;
}

export function Select<V extends string>({ name, label, options, value, onChoose }: SelectProps<V>) {
  const id = useId();
  const chosen =
    onChoose === undefined
      ? { defaultValue: value }
      : { value, onChange: (e: { target: { value: string } }) => onChoose(e.target.value as V) };
  return (
    <div className="entry-field">
      <label htmlFor={id}>{label}</label>
      <select {...{ id, name }} {...chosen}>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}
