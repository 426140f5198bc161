/** A new address: its kind, what that kind needs, from what severity on, and quiet hours. */
import type { ContactRequest } from '@karez/model';
import { useState } from 'react';
import { usePorts } from '../farm-context.tsx';
import { Field, Form, Select } from '../part/form.tsx';
import { useWords } from '../words-context.tsx';

type Kind = ContactRequest['address']['kind'];
interface KindField {
  name: 'to' | 'token' | 'secret' | 'key' | 'hook' | 'server' | 'topic' | 'url';
  optional?: true;
  type?: 'email' | 'url' | 'password';
}

/** Fields of each kind, by the names that the API gives them. */
const FIELDS: Record<Kind, KindField[]> = {
  email: [{ name: 'to', type: 'email' }],
  dingtalk: [{ name: 'token' }, { name: 'secret', optional: true }],
  wecom: [{ name: 'key' }],
  feishu: [{ name: 'hook' }, { name: 'secret', optional: true }],
  ntfy: [{ name: 'server', type: 'url' }, { name: 'topic' }, { name: 'token', optional: true }],
  webhook: [{ name: 'url', type: 'url' }, { name: 'secret' }],
};
const GRADES = ['info', 'warning', 'critical'] as const;

export function ContactForm({ onAdded }: { onAdded(): void }) {
  const { say } = useWords();
  const { api } = usePorts();
  const [kind, setKind] = useState<Kind>('email');
  const [quiet, setQuiet] = useState<'no' | 'yes'>('no');
  const send = async (fields: Record<string, string>) => {
    const given = FIELDS[kind].filter(({ name }) => fields[name] !== undefined && fields[name] !== '');
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    await api.send('POST', '/me/contacts', {
      ...{ address: { kind, ...Object.fromEntries(given.map(({ name }) => [name, fields[name]])) } },
      ...{ farm: '*', from: fields.grade },
      ...(quiet === 'no'
        ? {}
        : { quiet: { from: fields.quietFrom, to: fields.quietTo, timeZone, passes: 'critical' } }),
    });
    onAdded();
  };
  return (
    <Form button={say('contacts.add.send')} onSend={send}>
      <Select<Kind>
        label={say('contacts.kind')}
        value={kind}
        onChoose={setKind}
        options={(Object.keys(FIELDS) as Kind[]).map((key) => [key, say(`contacts.kind.${key}`)])}
      />
      {FIELDS[kind].map(({ name, optional, type }) => (
        <Field
          key={`${kind}.${name}`}
          name={name}
          type={type ?? 'text'}
          required={optional === undefined}
          label={say(`contacts.field.${name}`)}
        />
      ))}
      <Select
        name="grade"
        label={say('contacts.grade')}
        value="warning"
        options={GRADES.map((grade) => [grade, say(`grade.${grade}`)])}
      />
      <Select<'no' | 'yes'>
        label={say('contacts.quiet')}
        value={quiet}
        onChoose={setQuiet}
        options={[
          ['no', say('contacts.quiet.no')],
          ['yes', say('contacts.quiet.yes')],
        ]}
      />
      {quiet === 'yes' ? (
        <div className="form-pair">
          <Field name="quietFrom" type="time" label={say('contacts.quiet.from')} value="22:00" />
          <Field name="quietTo" type="time" label={say('contacts.quiet.to')} value="06:30" />
        </div>
      ) : null}
    </Form>
  );
}
