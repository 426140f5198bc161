/** Tokens for programs: what there is, and a new one, which is shown once. */
import type { TokenInfo } from '@karez/model';
import { useState } from 'react';
import { usePorts } from '../farm-context.tsx';
import { Field, Form } from '../part/form.tsx';
import { Secret } from '../part/secret.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';

export function Tokens() {
  const { say, locale } = useWords();
  const { api } = usePorts();
  const { session } = useReader();
  const { answer, again } = useAsked<TokenInfo[]>('/me/tokens');
  const [made, setMade] = useState<string>();
  const farm = Object.keys(session.roles)[0] ?? '*';
  const make = async ({ name = '' }: Record<string, string>) => {
    const { token } = await api.send<{ token: string }>('POST', '/me/tokens', { name, farm, rights: ['view'] });
    setMade(token);
    again();
  };
  const end = async (id: number) => {
    await api.send('DELETE', `/me/tokens/${id}`);
    again();
  };
  return (
    <section className="card panel">
      <h2>{say('tokens.title')}</h2>
      <p className="quiet">{say('tokens.why')}</p>
      <ul className="panel-list">
        {(answer ?? []).map(({ id, name, farm: of, createdMs }) => (
          <li key={id} className="panel-row">
            <span className="panel-words">
              <strong>{name}</strong>
              <span className="quiet">
                {of === '*' ? say('people.everyFarm') : of} · {new Date(createdMs).toLocaleDateString(locale)}
              </span>
            </span>
            <button type="button" className="button" onClick={() => void end(id)}>
              {say('tokens.end')}
            </button>
          </li>
        ))}
      </ul>
      {made === undefined ? null : <Secret text={made} hint={say('tokens.once')} />}
      <Form button={say('tokens.make')} onSend={make}>
        <Field name="name" label={say('tokens.name')} />
      </Form>
    </section>
  );
}
