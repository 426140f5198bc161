/** Who is on a farm: roles, invitations, and what was done. */
import { type Invite, type Member, ROLES, type Role } from '@karez/model';
import { useState } from 'react';
import { asProblem, type Problem } from '../../feed/api.ts';
import { useLoadedFarm, usePorts } from '../farm-context.tsx';
import { Form, Select } from '../part/form.tsx';
import { ProblemNote } from '../part/problem.tsx';
import { Secret } from '../part/secret.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useReader } from '../session-context.tsx';
import { useWords } from '../words-context.tsx';
import { Audit } from './audit.tsx';

const ROLE_NAMES = Object.keys(ROLES) as Role[];

export function PeoplePage() {
  const { say } = useWords();
  const { farm } = useLoadedFarm();
  const { session } = useReader();
  const { api } = usePorts();
  const people = useAsked<Member[]>(`/farms/${farm}/people`);
  const [problem, setProblem] = useState<Problem>();
  const roles = ROLE_NAMES.map((role) => [role, say(`role.${role}`)] as const);
  const set = async (person: number, role: Role | null) => {
    setProblem(undefined);
    await api
      .send('PUT', `/farms/${farm}/people/${person}`, { role })
      .catch((error: unknown) => setProblem(asProblem(error)));
    people.again();
  };
  return (
    <div className="people">
      <h1 tabIndex={-1}>{say('people.title')}</h1>
      {people.problem === undefined ? null : <ProblemNote problem={people.problem} onAgain={people.again} />}
      {problem === undefined ? null : <ProblemNote problem={problem} />}
      <ul className="card panel panel-list">
        {(people.answer ?? []).map(({ id, name, login, role, everyFarm }) => (
          <li key={id} className="panel-row">
            <span className="panel-words">
              <strong>{name}</strong>
              <span className="quiet">
                {login}
                {everyFarm ? ` · ${say('people.everyFarm')}` : ''}
              </span>
            </span>
            {everyFarm ? (
              <span>{say(`role.${role}`)}</span>
            ) : (
              <span className="panel-buttons">
                <Select
                  label={say('people.role')}
                  options={roles}
                  value={role}
                  onChoose={(next) => void set(id, next)}
                />
                {session.person?.id === id ? null : (
                  <button type="button" className="button" onClick={() => void set(id, null)}>
                    {say('people.remove')}
                  </button>
                )}
              </span>
            )}
          </li>
        ))}
      </ul>
      <Invites farm={farm} roles={roles} />
      <Audit farm={farm} />
    </div>
  );
}

function Invites({ farm, roles }: { farm: string; roles: readonly (readonly [Role, string])[] }) {
  const { say, locale } = useWords();
  const { api } = usePorts();
  const { answer, again } = useAsked<Invite[]>(`/farms/${farm}/invites`);
  const [link, setLink] = useState<string>();
  const invite = async ({ role = 'viewer' }: Record<string, string>) => {
    const { code } = await api.send<{ code: string }>('POST', `/farms/${farm}/invites`, { role });
    setLink(`${window.location.origin}${window.location.pathname}#/welcome?code=${code}`);
    again();
  };
  const remove = async (id: number) => {
    await api.send('DELETE', `/farms/${farm}/invites/${id}`);
    again();
  };
  return (
    <section className="card panel">
      <h2>{say('invites.title')}</h2>
      <p className="quiet">{say('invites.why')}</p>
      <ul className="panel-list">
        {(answer ?? []).map(({ id, role, by, expiresMs }) => (
          <li key={id} className="panel-row">
            <span className="panel-words">
              <strong>{say(`role.${role}`)}</strong>
              <span className="quiet">
                {say('invites.by', { by, date: new Date(expiresMs).toLocaleDateString(locale) })}
              </span>
            </span>
            <button type="button" className="button" onClick={() => void remove(id)}>
              {say('invites.remove')}
            </button>
          </li>
        ))}
      </ul>
      {link === undefined ? null : <Secret text={link} hint={say('invites.once')} />}
      <Form button={say('invites.make')} onSend={invite}>
        <Select name="role" label={say('people.role')} options={roles} value="viewer" />
      </Form>
    </section>
  );
}
