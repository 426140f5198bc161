/** Who is logged in here, the way out, and a new password. */
import { useState } from 'react';
import { usePorts } from '../farm-context.tsx';
import { Field, Form } from '../part/form.tsx';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';

export function Account() {
  const { say } = useWords();
  const { api } = usePorts();
  const { session, logout } = useReader();
  const [changing, setChanging] = useState(false);
  return (
    <section className="card panel">
      <div className="panel-row">
        <span>{say('account.as', { name: session.person?.name ?? '', login: session.person?.login ?? '' })}</span>
        <span className="panel-buttons">
          <button type="button" className="button" aria-expanded={changing} onClick={() => setChanging(!changing)}>
            {say('account.password')}
          </button>
          <button type="button" className="button" onClick={() => void logout()}>
            {say('account.logout')}
          </button>
        </span>
      </div>
      {changing ? (
        <Form
          button={say('account.password.send')}
          onSend={async ({ old = '', fresh = '' }) => {
            await api.send('PATCH', '/me', { oldPassword: old, password: fresh });
            await logout();
          }}
        >
          <Field name="old" type="password" label={say('account.password.old')} autoComplete="current-password" />
          <Field
            name="fresh"
            type="password"
            label={say('account.password.new')}
            hint={say('account.password.hint')}
            autoComplete="new-password"
            minLength={10}
          />
        </Form>
      ) : null}
    </section>
  );
}
