/** ntfy (docs.ntfy.sh, "Publish as JSON"): JSON to the server's root, so that titles in any script arrive whole. */
import type { Grade, Send } from '../notice.ts';
import { post } from '../post.ts';

const PRIORITY: Record<Grade, number> = { info: 3, warning: 4, critical: 5 };

export const ntfySender: Send<'ntfy'> = async ({ server, topic, token }, { grade, subject, body, link }) => {
  const payload = {
    ...{ topic, title: subject, message: body, priority: PRIORITY[grade] },
    ...(link === null ? {} : { click: link }),
  };
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const result = await post(server.replace(/\/*$/, '/'), JSON.stringify(payload), headers);
  return 'outcome' in result ? result.outcome : { ok: true };
};
