/** One sentence on how a gateway is, for whoever looks after the machine. It begins with `accepting` where readings are kept. */
import type { RunningGateway } from '../run-gateway.ts';

export function serviceSentence({ current }: Pick<RunningGateway, 'current'>): string {
  const { journal } = current().view();
  if (!journal.writable) return `not accepting readings: ${journal.trouble ?? 'the disk refuses the journal'}`;
  if (journal.full) return `not accepting readings: the journal is full; ${journal.waiting} wait`;
  return `accepting readings; ${journal.waiting} wait for the cloud`;
}
