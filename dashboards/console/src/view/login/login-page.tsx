/** The way in for whoever has an account; where nobody has one yet, what to do. */
import type { Session } from '@karez/model';
import { usePorts } from '../farm-context.tsx';
import { Field } from '../part/form.tsx';
import { useWords } from '../words-context.tsx';
import { EntryForm } from './entry-form.tsx';

export function LoginPage({ isEmpty, onEntered }: { isEmpty: boolean; onEntered(session: Session): void }) {
  const { api } = usePorts();
  const { say } = useWords();
  if (isEmpty) {
    return (
      <div className="entry card">
        <h1 tabIndex={-1}>{say('login.empty.title')}</h1>
        <p>{say('login.empty')}</p>
      </div>
    );
  }
  return (
    <EntryForm
      title={say('login.title')}
      button={say('login.send')}
      onSend={({ login = '', password = '' }) => api.login(login, password)}
      onEntered={onEntered}
    >
      <Field name="login" label={say('login.login')} autoComplete="username" />
      <Field name="password" label={say('login.password')} type="password" autoComplete="current-password" />
    </EntryForm>
  );
}
