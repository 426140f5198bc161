/** Actuators and the gateway's word of commands, as devices of the inventory. */
import {
  ACTUATOR_PROFILE,
  ACTUATOR_QUANTITY,
  type CatalogDevice,
  COMMAND_DEVICE,
  COMMAND_PROFILE,
  COMMAND_QUANTITIES,
} from '@karez/model';
import type { ActuatorEntry } from './actuator-config.ts';

/** They speak when something happens; an interval has to be there. */
const INTERVAL_MS = 86_400_000;

/** Channel numbers of what commands leave behind. */
export interface CommandChannels {
  /** In the order of COMMAND_QUANTITIES. */
  command: readonly number[];
  /** By actuator. */
  states: ReadonlyMap<string, number>;
}

/** Names of the channels, in the order in which `commandChannels` takes their numbers. */
export const commandChannelNames = (actuators: readonly ActuatorEntry[]): string[] => [
  ...COMMAND_QUANTITIES.map((quantity) => `${COMMAND_DEVICE}/${quantity}`),
  ...actuators.map(({ id }) => `${id}/${ACTUATOR_QUANTITY}`),
];

export function commandChannels(actuators: readonly ActuatorEntry[], numbers: readonly number[]): CommandChannels {
  const command = numbers.slice(0, COMMAND_QUANTITIES.length);
  return {
    command,
    states: new Map(actuators.map(({ id }, i) => [id, numbers[command.length + i] as number])),
  };
}

export function commandDevices(
  actuators: readonly ActuatorEntry[],
  { command, states }: CommandChannels,
): CatalogDevice[] {
  const own: CatalogDevice = {
    ...{ id: COMMAND_DEVICE, title: 'Commands', profile: COMMAND_PROFILE, kind: 'other', intervalMs: INTERVAL_MS },
    active: true,
    channels: COMMAND_QUANTITIES.map((quantity, i) => ({ number: command[i] as number, quantity, decimals: 0 })),
  };
  return [
    own,
    ...actuators.map(
      ({ id, title = id, field, position }): CatalogDevice => ({
        ...{ id, title, profile: ACTUATOR_PROFILE, kind: 'water', intervalMs: INTERVAL_MS, active: true },
        ...(field === undefined ? {} : { field }),
        ...(position === undefined ? {} : { position: [...position] as [number, number] }),
        channels: [{ number: states.get(id) as number, quantity: ACTUATOR_QUANTITY, decimals: 0 }],
      }),
    ),
  ];
}
