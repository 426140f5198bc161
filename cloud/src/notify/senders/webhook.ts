/** A signed webhook: Standard Webhooks, specification 1.0 (headers webhook-id, webhook-timestamp, webhook-signature v1). */
import { createHmac } from 'node:crypto';
import type { Clock } from '@karez/model';
import type { Send } from '../notice.ts';
import { post } from '../post.ts';

export function webhookSender(clock: Clock): Send<'webhook'> {
  return async ({ url, secret }, { id, grade, subject, body, link, farm, atMs }) => {
    const payload = JSON.stringify({
      type: 'alert.notice',
      timestamp: new Date(clock.wallMs()).toISOString(),
      data: { id, farm, severity: grade, occurredAt: new Date(atMs).toISOString(), subject, text: body, link },
    });
    const seconds = Math.floor(clock.wallMs() / 1000);
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
    const signature = createHmac('sha256', key).update(`${id}.${seconds}.${payload}`).digest('base64');
    const result = await post(url, payload, {
      'webhook-id': id,
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${signature}`,
    });
    return 'outcome' in result ? result.outcome : { ok: true };
  };
}
