/** What a gateway says of itself, as a note: at most one in a while, and at once where its link or clock changes. */
import type { Clock, GatewayStatus } from '@karez/model';
import type { TakeNote } from './note.ts';

const EVERY_MS = 30_000;

export function gatewayNotes(
  clock: Clock,
  take: TakeNote,
): (farm: string, gateway: string, status: GatewayStatus) => void {
  const last = new Map<string, { state: string; monoMs: number }>();
  return (farm, gateway, status) => {
    const { journal, link, clock: time, accepted, stored, waiting, refused, lost, devices } = status;
    const key = `${farm}/${gateway}`;
    const state = `${link.state} ${time.state} ${journal.writable}`;
    const before = last.get(key);
    const now = clock.monoMs();
    if (before !== undefined && before.state === state && now - before.monoMs < EVERY_MS) return;
    last.set(key, { state, monoMs: now });
    take({
      ...{ measurement: 'gateway', tags: { farm, gateway }, timeMs: Math.round(clock.wallMs()) },
      fields: {
        ...{ accepted, stored, waiting, refused, lost: lost.reduce((sum, l) => sum + l.readings, 0) },
        ...{
          'journal.bytes': journal.bytes,
          'journal.limit': journal.limitBytes,
          'journal.writable': journal.writable,
        },
        'journal.hours': journal.hoursLeft ?? undefined,
        'link.up': link.state === 'up',
        'link.roundtrip': link.roundTripMs ?? undefined,
        'clock.known': time.state === 'known',
        'clock.state': time.state,
        'clock.offset': time.offsetMs ?? undefined,
        devices: devices.length,
        'devices.trouble': devices.filter(({ trouble }) => trouble !== null).length,
      },
    });
  };
}
