/** What a one-time link opens: the server's first owner, somebody who was invited, or a new password. */
import type { Session } from '@karez/model';
import { usePorts } from '../farm-context.tsx';
import { Field } from '../part/form.tsx';
import { useWords } from '../words-context.tsx';
import { EntryForm } from './entry-form.tsx';

export function WelcomePage({ code, onEntered }: { code: string; onEntered(session: Session): void }) {
  const { api } = usePorts();
  const { say, language } = useWords();
  return (
    <EntryForm
      title={say('welcome.title')}
      lead={<p>{say('welcome.lead')}</p>}
      button={say('welcome.send')}
      onSend={({ login = '', name = '', password = '' }) => api.welcome({ code, login, name, password, language })}
      onEntered={onEntered}
    >
      <Field name="name" label={say('welcome.name')} autoComplete="name" />
      <Field
        name="login"
        label={say('login.login')}
        hint={say('welcome.login.hint')}
        autoComplete="username"
        minLength={3}
      />
      <Field
        name="password"
        label={say('login.password')}
        hint={say('welcome.password.hint')}
        type="password"
        autoComplete="new-password"
        minLength={10}
      />
    </EntryForm>
  );
}
