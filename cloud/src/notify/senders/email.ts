/** E-mail through the farm's own mail server (SMTP, RFC 5321), with nodemailer. */
import { messageOf } from '@karez/model';
import { createTransport } from 'nodemailer';
import type { Grade, Outcome, Send } from '../notice.ts';

export interface MailServer {
  /** smtps://user:password@host:465, or smtp:// with STARTTLS where the server offers it. */
  url: string;
  /** Address that mails come from. */
  from: string;
}

const TIMEOUT_MS = 15_000;
const IMPORTANCE: Record<Grade, 'low' | 'normal' | 'high'> = { info: 'normal', warning: 'normal', critical: 'high' };

export function emailSender(server: MailServer | undefined): Send<'email'> {
  if (server === undefined)
    return async () => ({ ok: false, retry: false, reason: 'this server has no mail server (karez cloud --smtp)' });
  const transport = createTransport({
    ...{ url: server.url, connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  return async ({ to }, { id, grade, subject, body, link }): Promise<Outcome> => {
    try {
      await transport.sendMail({
        ...{ from: server.from, to, subject, priority: IMPORTANCE[grade] },
        messageId: `<${id}@karez>`,
        text: link === null ? body : `${body}\n\n${link}`,
      });
      return { ok: true };
    } catch (error) {
      const { responseCode } = error as { responseCode?: number };
      // RFC 5321, section 4.2.1: 5yz is for good.
      const isForGood = responseCode !== undefined && responseCode >= 500;
      return { ok: false, retry: !isForGood, reason: messageOf(error).slice(0, 200) };
    }
  };
}
