/** Where the reader is told of alerts: addresses, how each fares, a test, a new one. */
import type { Contact, ContactRequest } from '@karez/model';
import { useState } from 'react';
import { usePorts } from '../farm-context.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useWords } from '../words-context.tsx';
import { ContactForm } from './contact-form.tsx';

export function Contacts() {
  const { say } = useWords();
  const { answer, again } = useAsked<Contact[]>('/me/contacts');
  const [adding, setAdding] = useState(false);
  return (
    <section className="card panel">
      <h2>{say('contacts.title')}</h2>
      {answer?.length === 0 ? <p className="quiet">{say('contacts.none')}</p> : null}
      <ul className="panel-list">
        {(answer ?? []).map((contact) => (
          <ContactRow key={contact.id} contact={contact} onChange={again} />
        ))}
      </ul>
      <button type="button" className="button" aria-expanded={adding} onClick={() => setAdding(!adding)}>
        {say('contacts.add')}
      </button>
      {adding ? (
        <ContactForm
          onAdded={() => {
            setAdding(false);
            again();
          }}
        />
      ) : null}
    </section>
  );
}

function ContactRow({ contact, onChange }: { contact: Contact; onChange(): void }) {
  const { say } = useWords();
  const { api } = usePorts();
  const [said, setSaid] = useState<string>();
  const kind = contact.kind as ContactRequest['address']['kind'];
  const test = async () => {
    setSaid(say('contacts.testing'));
    const outcome = await api
      .send<{ ok: boolean; reason: string | null }>('POST', `/me/contacts/${contact.id}/test`)
      .catch((error: Error) => ({ ok: false, reason: error.message }));
    setSaid(outcome.ok ? say('contacts.test.ok') : say('contacts.test.bad', { reason: outcome.reason ?? '' }));
  };
  const remove = async () => {
    await api.send('DELETE', `/me/contacts/${contact.id}`);
    onChange();
  };
  return (
    <li className="panel-row">
      <span className="panel-words">
        <strong>{say(`contacts.kind.${kind}`)}</strong> <bdi>{contact.shown}</bdi>
        <span className="quiet">
          {say('contacts.from', { grade: say(`grade.${contact.from}`) })} · {say('contacts.sent', { n: contact.sent })}
          {contact.waiting > 0 ? ` · ${say('contacts.waiting', { n: contact.waiting })}` : ''}
        </span>
        {contact.trouble === null ? null : <span className="trouble">{contact.trouble}</span>}
        <span role="status">{said}</span>
      </span>
      <span className="panel-buttons">
        <button type="button" className="button" onClick={() => void test()}>
          {say('contacts.test')}
        </button>
        <button type="button" className="button" onClick={() => void remove()}>
          {say('contacts.remove')}
        </button>
      </span>
    </li>
  );
}
