/** Actuators in the configuration: what hangs on an output, and within which limits it is used. */
import { type CatalogActuator, COMMAND_DEVICE, LIMITS, longestTimedS, RELAY_BOARDS } from '@karez/model';
import { ActuatorFlow, ActuatorGroups, ActuatorKind, FeedingPump, Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';
import { closed, Position, Title } from '../config/device.ts';
import { differ, type Fail } from '../config/differ.ts';
import type { GatewayFile } from '../config.ts';

const Seconds = (minimum: number, description: string) =>
  Type.Integer({ minimum, maximum: LIMITS.longestRunS, description });

export const ActuatorEntry = Type.Object(
  {
    id: Id,
    title: Type.Optional(Title),
    kind: ActuatorKind,
    output: Type.Optional({ ...Id, description: 'The output of a line that it hangs on; default its own id.' }),
    field: Type.Optional(Id),
    position: Type.Optional(Position),
    safe: Type.Optional(Type.Enum(['off', 'on'], { description: 'Its safe state. Default off.' })),
    maxRunS: Seconds(1, 'Longest time out of its safe state, s.'),
    minRestS: Type.Optional(Seconds(0, 'Shortest time in its safe state between two runs, s. Default 0.')),
    flowLpm: Type.Optional(ActuatorFlow),
    pump: Type.Optional(FeedingPump),
    groups: Type.Optional(ActuatorGroups),
    linkLossS: Type.Optional(
      Seconds(
        1,
        'Put into its safe state when there is no link to the cloud for so long, s. Default: a run goes on to its end.',
      ),
    ),
  },
  closed,
);
export type ActuatorEntry = Static<typeof ActuatorEntry>;

/** An output of a line, with what it can do. */
interface KnownOutput {
  id: string;
  key: string;
  /** Longest run that the device ends by itself, s. */
  timedS?: number | undefined;
  /** As the line says; undefined where it says nothing of it. */
  safe?: 'off' | 'on' | undefined;
}

function outputsOf({ lines = [] }: GatewayFile): KnownOutput[] {
  return lines.flatMap((line, i): KnownOutput[] => {
    if (!('outputs' in line) || line.outputs === undefined) return [];
    return line.outputs.map((output, j) => ({
      ...{ id: output.id, key: `lines.${i}.outputs.${j}.id` },
      ...('board' in output ? { timedS: longestTimedS(RELAY_BOARDS[output.board]) } : {}),
      ...('activeLow' in output || 'safe' in output || line.type === 'firmata'
        ? { safe: (output as { safe?: 'off' | 'on' }).safe ?? 'off' }
        : {}),
    }));
  });
}

/** What the schema cannot say of actuators and outputs; `fail` throws. @returns them as the inventory has them. */
export function settleActuators(file: GatewayFile, devices: readonly string[], fail: Fail): CatalogActuator[] {
  const entries = file.actuators ?? [];
  const outputs = outputsOf(file);
  const taken = new Set([...devices, COMMAND_DEVICE]);
  differ(
    outputs,
    ({ id }) => id,
    (i) => outputs[i]?.key as string,
    fail,
  );
  differ(
    entries,
    ({ id }) => id,
    (i) => `actuators.${i}.id`,
    fail,
  );
  differ(
    entries,
    ({ id, output = id }) => output,
    (i) => `actuators.${i}.output`,
    fail,
  );
  return entries.map((entry, i): CatalogActuator => {
    const key = `actuators.${i}`;
    if (taken.has(entry.id)) fail(`${key}.id`, `must differ from the ids of devices and from "${COMMAND_DEVICE}"`);
    if (entry.field !== undefined && !file.fields.some((f) => f.id === entry.field))
      fail(`${key}.field`, `must be the id of a field of this file, not "${entry.field}"`);
    const output = outputs.find(({ id }) => id === (entry.output ?? entry.id));
    if (output === undefined) {
      const known = outputs.map(({ id }) => id).join(', ');
      return fail(
        `${key}.output`,
        known === '' ? 'needs an output of this id on a line; no line has outputs' : `must be one of ${known}`,
      );
    }
    checkWater(entry, entries, key, fail);
    const safe = entry.safe ?? 'off';
    if (output.safe !== undefined && output.safe !== safe)
      fail(`${key}.safe`, `must be ${output.safe}, as at the output "${output.id}"`);
    const isTimed = output.timedS !== undefined && safe === 'off';
    if (isTimed && entry.maxRunS > (output.timedS as number))
      fail(
        `${key}.maxRunS`,
        `must be at most ${output.timedS}: longer runs its board cannot count; or use board modbus-coils`,
      );
    return {
      ...{ id: entry.id, kind: entry.kind, safe: safe === 'on' ? 100 : 0, maxRunS: entry.maxRunS },
      ...{ minRestS: entry.minRestS ?? 0, timed: isTimed, percent: false, groups: entry.groups ?? [] },
      ...(entry.flowLpm === undefined ? {} : { flowLpm: entry.flowLpm }),
      ...(entry.pump === undefined ? {} : { pump: entry.pump }),
    };
  });
}

function checkWater(entry: ActuatorEntry, entries: readonly ActuatorEntry[], key: string, fail: Fail): void {
  const { kind, safe, flowLpm, pump: pumpId, groups = [] } = entry;
  if (safe === 'on' && (kind === 'pump' || pumpId !== undefined || groups.length > 0))
    fail(`${key}.safe`, 'must be off for a pump, and for what has a pump or groups');
  if (flowLpm !== undefined && kind !== 'valve' && kind !== 'pump')
    fail(`${key}.flowLpm`, `must be left out of a ${kind}: valves and pumps have a flow`);
  if (pumpId !== undefined) checkPump(entry, pumpId, entries, key, fail);
}

function checkPump(
  { kind, flowLpm = 0 }: ActuatorEntry,
  pumpId: string,
  entries: readonly ActuatorEntry[],
  key: string,
  fail: Fail,
): void {
  const pump = entries.find(({ id }) => id === pumpId);
  if (kind !== 'valve') fail(`${key}.pump`, 'must be left out: only a valve has a pump');
  if (pump?.kind !== 'pump') fail(`${key}.pump`, `must be the id of an actuator of kind pump, not "${pumpId}"`);
  const most = pump?.flowLpm;
  if (most !== undefined && flowLpm === 0) fail(`${key}.flowLpm`, `is missing: its pump "${pumpId}" has one`);
  if (most !== undefined && flowLpm > most)
    fail(`${key}.flowLpm`, `must be at most ${most}, what its pump "${pumpId}" gives, not ${flowLpm}`);
}
