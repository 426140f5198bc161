/** Which channels a chart can show beside one another, and in which colours. */
import type { ApiDevice, FarmDetail } from '@karez/model';
import type { GroupChannel } from '../../judge/groups.ts';

/** More lines than this nobody tells apart; so many colours there are. */
export const MOST_LINES = 8;

/** All channels of the farm that measure the same at the same place as one of the wanted, wanted fields first. */
export function comparable(detail: FarmDetail, wanted: readonly string[]): GroupChannel[] {
  const all = detail.devices.filter((d) => d.active || wanted.some((id) => id.startsWith(`${d.id}/`)));
  const channels = all.flatMap((device) => device.channels.map((c): GroupChannel => ({ ...c, device })));
  const first = channels.find((c) => wanted.includes(c.id));
  if (first === undefined) return [];
  const fieldRank = ({ device }: GroupChannel) => (device.field === first.device.field ? 0 : 1);
  return channels
    .filter((c) => wanted.includes(c.id) || (c.quantity === first.quantity && c.place === first.place))
    .sort((a, b) => fieldRank(a) - fieldRank(b));
}

/**
 * A colour, 0 to 7, for each of the shown: that of the channel's place among all that compare, so that it keeps its
 * colour whatever else is shown; the next free one where two would share it.
 */
export function colours(all: readonly { id: string }[], shown: readonly string[]): Map<string, number> {
  const places = [...all].map((c) => c.id).sort();
  const taken = new Set<number>();
  const found = new Map<string, number>();
  for (const id of [...shown].sort()) {
    let colour = Math.max(0, places.indexOf(id)) % MOST_LINES;
    while (taken.has(colour) && taken.size < MOST_LINES) colour = (colour + 1) % MOST_LINES;
    taken.add(colour);
    found.set(id, colour);
  }
  return found;
}

/** Turns a channel on or off; undefined where nothing may change: the last one stays, and there are eight at most. */
export function toggled(shown: readonly string[], id: string): string[] | undefined {
  if (shown.includes(id)) return shown.length === 1 ? undefined : shown.filter((other) => other !== id);
  return shown.length >= MOST_LINES ? undefined : [...shown, id];
}

/** The field or whole farm that a device belongs to, for the way back. */
export function areaOf(device: ApiDevice | undefined, detail: FarmDetail): string | null {
  return detail.fields.some((f) => f.id === device?.field) ? (device?.field ?? null) : null;
}
