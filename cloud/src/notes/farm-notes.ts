/**
 * What boards need to know of a farm and InfluxDB does not know from readings: outlines of fields, where devices stand and
 * how they are, thresholds of rules. Said at once when it changes and again now and then, so that a board finds it near the
 * end of any range, and finds of the past what was true then.
 */
import { bindRule, type Clock, type FarmDetail, type GatewayStatus, type Rule, type Severity } from '@karez/model';
import { Handles, worldOf } from '../rules/handles.ts';
import type { Note, TakeNote } from './note.ts';

/** How often it is looked whether anything has changed. */
const LOOK_MS = 15_000;
/** How often what has not changed is said again. */
const AGAIN_MS = 600_000;
const OUTLINE_AGAIN_MS = 6 * 3_600_000;
/** Intervals without a reading after which a device counts as silent, and the least that this is. */
const SILENT_INTERVALS = 3;
const LEAST_SILENT_MS = 60_000;

/** How a device is: an alert first, then whether it is heard, then what it says of itself. */
export type DeviceState = 'critical' | 'warning' | 'unknown' | 'silent' | 'trouble' | 'ok';

export interface FarmNotesParts {
  clock: Clock;
  take: TakeNote;
  registry: {
    farms(): readonly { id: string }[];
    farm(id: string): FarmDetail | undefined;
    state(farm: string, gateway: string): { online: boolean; status: GatewayStatus | null };
  };
  /** Rules of a farm. */
  rules(farm: string): readonly Rule[];
  /** Alerts of a farm that go on. */
  alerts(farm: string): readonly { subject: string; severity: Severity }[];
}

type Said = Omit<Note, 'timeMs'>;

/** Begins to note; returns how to stop. */
export function startFarmNotes(parts: FarmNotesParts): () => void {
  const { clock, take, registry } = parts;
  const said = new Map<string, { text: string; monoMs: number }>();
  const say = (note: Said, againMs: number) => {
    const key = `${note.measurement} ${JSON.stringify(note.tags)}`;
    const text = JSON.stringify(note.fields);
    const before = said.get(key);
    const monoMs = clock.monoMs();
    if (before?.text === text && monoMs - before.monoMs < againMs) return;
    said.set(key, { text, monoMs });
    take({ ...note, timeMs: Math.round(clock.wallMs()) });
  };
  return clock.every(LOOK_MS, () => {
    for (const { id } of registry.farms()) {
      const farm = registry.farm(id);
      if (farm === undefined) continue;
      for (const note of outlines(farm)) say(note, OUTLINE_AGAIN_MS);
      for (const note of [...gateways(farm, parts), ...devices(farm, parts), ...thresholds(farm, parts.rules(id))])
        say(note, AGAIN_MS);
    }
  });
}

/** `field`: its title and its ring as text, `[[longitude, latitude], …]`. */
function outlines({ id: farm, fields }: FarmDetail): Said[] {
  return fields.map(({ id, title, outline }) => ({
    ...{ measurement: 'field', tags: { farm, field: id } },
    fields: { title, outline: JSON.stringify(outline) },
  }));
}

/** `gateway`, beside what it says of itself: 1 where it is away, for those who alert from numbers. */
function gateways({ id: farm, gateways: ids }: FarmDetail, { registry }: FarmNotesParts): Said[] {
  return ids.map((gateway) => ({
    ...{ measurement: 'gateway', tags: { farm, gateway } },
    fields: { away: registry.state(farm, gateway).online ? 0 : 1 },
  }));
}

/** `device`: where it stands, if it stands anywhere, and how it is. */
function devices(farm: FarmDetail, { clock, registry, alerts }: FarmNotesParts): Said[] {
  const nowMs = clock.wallMs();
  const open = alerts(farm.id);
  return farm.devices
    .filter(({ active }) => active)
    .map(({ gateway, device, title, kind, field, position, intervalMs }) => {
      const { online, status } = registry.state(farm.id, gateway);
      const own = status?.devices.find(({ id }) => id === device);
      const silentMs = Math.max(LEAST_SILENT_MS, SILENT_INTERVALS * intervalMs);
      const states: [DeviceState, boolean][] = [
        ['critical', isOn(open, gateway, device, 'critical')],
        ['warning', isOn(open, gateway, device, 'warning')],
        ['unknown', !online || own === undefined],
        ['silent', own !== undefined && (own.lastMs === null || nowMs - own.lastMs > silentMs)],
        ['trouble', own !== undefined && own.trouble !== null],
      ];
      const state = states.find(([, holds]) => holds)?.[0] ?? 'ok';
      return {
        measurement: 'device',
        tags: { farm: farm.id, gateway, device, ...(field === null ? {} : { field }) },
        fields: {
          ...{ title, kind, state, silent: state === 'silent' ? 1 : 0 },
          ...{ longitude: position?.[0], latitude: position?.[1] },
        },
      };
    });
}

function isOn(
  open: readonly { subject: string; severity: Severity }[],
  gateway: string,
  device: string,
  severity: Severity,
): boolean {
  const name = `${gateway}/${device}`;
  return open.some((a) => a.severity === severity && (a.subject === name || a.subject.startsWith(`${name}/`)));
}

/** `threshold`: of each rule that compares with one, in each field where it watches anything. */
function thresholds(farm: FarmDetail, rules: readonly Rule[]): Said[] {
  const world = worldOf(farm, new Handles());
  const fieldOf = new Map(farm.devices.map(({ id, field }) => [id, field]));
  return rules.flatMap((rule) => {
    const { condition, id, title, severity } = rule;
    if (condition.type !== 'above' && condition.type !== 'below') return [];
    const devicesOf = bindRule(rule, world).map(({ key }) => key.split('/').slice(0, 2).join('/'));
    const fields = new Set(devicesOf.map((device) => fieldOf.get(device) ?? null));
    return [...fields].map((field) => ({
      measurement: 'threshold',
      tags: {
        ...{ farm: farm.id, rule: id, quantity: condition.input.quantity, side: condition.type },
        ...(field === null ? {} : { field }),
      },
      fields: { value: condition.value, recover: condition.recover, title: title.en, severity },
    }));
  });
}
