/** Inputs of the rule's form: each with its label, its unit and what is wrong beside it. */
import { useEffect, useId, useState } from 'react';

interface Common {
  label: string;
  hint?: string | undefined;
  wrong?: string | undefined;
}

interface LineProps extends Common {
  value: string;
  type?: 'text' | 'time';
  pattern?: string;
  placeholder?: string;
  onChange(value: string): void;
}

export function Line({ label, hint, wrong, onChange, type = 'text', ...rest }: LineProps) {
  const id = useId();
  return (
    <div className="entry-field">
      <label htmlFor={id}>{label}</label>
      <input {...rest} {...about(id, hint, wrong)} type={type} onChange={(event) => onChange(event.target.value)} />
      <About {...{ id, hint, wrong }} />
    </div>
  );
}

interface NumberProps extends Common {
  /** NaN where nothing was chosen yet. */
  value: number;
  unit: string;
  onChange(value: number): void;
}

/** A number with its unit. What is typed stays as it is typed, so that "0." is not taken away under the finger. */
export function NumberLine({ label, hint, wrong, value, unit, onChange }: NumberProps) {
  const id = useId();
  const [text, setText] = useState(shown(value));
  useEffect(() => {
    setText((typed) => (Object.is(read(typed), value) ? typed : shown(value)));
  }, [value]);
  return (
    <div className="entry-field">
      <label htmlFor={id}>{label}</label>
      <span className="with-unit">
        <input
          {...about(id, hint, wrong)}
          inputMode="decimal"
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            onChange(read(event.target.value));
          }}
        />
        <span className="quiet">{unit}</span>
      </span>
      <About {...{ id, hint, wrong }} />
    </div>
  );
}

/** A comma and the true minus sign are numbers too. */
function read(text: string): number {
  const plain = text.trim().replace(',', '.').replace('−', '-');
  return plain === '' ? Number.NaN : Number(plain);
}

function shown(value: number): string {
  return Number.isNaN(value) ? '' : String(value);
}

interface PickProps<V extends string> extends Common {
  value: V;
  options: readonly (readonly [value: V, words: string])[];
  onChange(value: V): void;
}

export function Pick<V extends string>({ label, hint, wrong, value, options, onChange }: PickProps<V>) {
  const id = useId();
  return (
    <div className="entry-field">
      <label htmlFor={id}>{label}</label>
      <select {...about(id, hint, wrong)} value={value} onChange={(event) => onChange(event.target.value as V)}>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
      <About {...{ id, hint, wrong }} />
    </div>
  );
}

function about(id: string, hint: string | undefined, wrong: string | undefined) {
  const told = [hint === undefined ? '' : `${id}-hint`, wrong === undefined ? '' : `${id}-wrong`].join(' ').trim();
  return {
    ...{ id, autoComplete: 'off', spellCheck: false, 'aria-invalid': wrong !== undefined },
    'aria-describedby': told === '' ? undefined : told,
  };
}

function About({ id, hint, wrong }: { id: string; hint: string | undefined; wrong: string | undefined }) {
  return (
    <>
      {hint === undefined ? null : (
        <span id={`${id}-hint`} className="quiet">
          {hint}
        </span>
      )}
      {wrong === undefined ? null : (
        <span id={`${id}-wrong`} className="trouble" role="alert">
          {wrong}
        </span>
      )}
    </>
  );
}
