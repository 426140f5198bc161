/** A card that lets somebody in: its fields, one button, and in words what was wrong. */
import type { Session } from '@karez/model';
import type { ReactNode } from 'react';
import { Form } from '../part/form.tsx';

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
  return (
    <Form className="entry card" button={button} onSend={async (fields) => onEntered(await onSend(fields))}>
      <h1 tabIndex={-1}>{title}</h1>
      {lead}
      {children}
    </Form>
  );
}
