/**
 * What becomes of a command, step by step. A gateway writes each step into its journal as a sample of its device `commands`, so it
 * reaches the cloud exactly once with its true time, like any reading (docs/decisions/0016). A step and its reason are one number.
 */

export const COMMAND_DEVICE = 'commands';
export const COMMAND_PROFILE = 'karez-commands';
/** Channels of a sample, in its order. The actuator's own channel with the same value follows as a fifth reading. */
export const COMMAND_QUANTITIES = ['command.number', 'command.actuator', 'command.step', 'command.value'] as const;
/** Profile of an actuator in the inventory; its one channel is `actuator.state`. */
export const ACTUATOR_PROFILE = 'karez-actuator';
export const ACTUATOR_QUANTITY = 'actuator.state';

/** Steps by their code. */
export const COMMAND_STEPS = {
  /** On disk: from here on it is acted upon, once. */
  taken: 1,
  /** The actuator was read back and is as wanted. */
  confirmed: 2,
  /** It is over as it should be, and the actuator is in its safe state. */
  ended: 3,
  /** Nothing was done. */
  refused: 4,
  /** The actuator did not do it, or nobody knows; it is being brought into its safe state. */
  failed: 5,
  /** It ended before its time. */
  interrupted: 6,
  /** No command: the gateway itself put the actuator into its safe state. */
  safe: 7,
  /** No command: the actuator was found in another state than it was left in. */
  moved: 8,
  /** No command: nobody knows how the actuator is. */
  unknown: 9,
} as const;
export type CommandStep = keyof typeof COMMAND_STEPS;

/** Why. Codes never change. */
export const COMMAND_REASONS = {
  none: 0,
  /** It came after its time. */
  expired: 1,
  /** A later command for the actuator came before it. */
  overtaken: 2,
  /** The gateway has no such actuator. */
  'no-actuator': 3,
  /** The actuator cannot be set so. */
  'no-state': 4,
  /** Longer than the actuator may run. */
  'run-time': 5,
  /** The actuator must rest first. */
  rest: 6,
  /** More would flow than the pump gives. */
  flow: 7,
  /** Another one of its group is on. */
  group: 8,
  /** A pump needs an open valve. */
  'no-valve': 9,
  /** It runs already. */
  running: 10,
  /** Everything is stopped. */
  stopped: 11,
  /** The state of an actuator that matters is not known. */
  'unknown-state': 12,
  /** The gateway started anew. */
  restart: 13,
  /** The link was away for longer than allowed. */
  link: 14,
  /** A later command took its place. */
  replaced: 15,
  /** The device does not answer. */
  unreachable: 16,
  /** The device answers, and did something else. */
  'not-followed': 17,
  /** The actuator changed by itself or by hand. */
  moved: 18,
  /** The gateway could not write it down. */
  disk: 19,
  /** The gateway was shut down. */
  shutdown: 20,
  /** It had to stop before another one could: a pump before its last valve. */
  order: 21,
} as const;
export type CommandReason = keyof typeof COMMAND_REASONS;

const PER_STEP = 32;

export const codeOfStep = (step: CommandStep, reason: CommandReason): number =>
  COMMAND_STEPS[step] * PER_STEP + COMMAND_REASONS[reason];

/** The reverse; undefined where the number is none of these. */
export function stepOfCode(code: number): { step: CommandStep; reason: CommandReason } | undefined {
  const step = nameOf(COMMAND_STEPS, Math.floor(code / PER_STEP));
  const reason = nameOf(COMMAND_REASONS, code % PER_STEP);
  return step === undefined || reason === undefined ? undefined : { step, reason };
}

function nameOf<T extends Record<string, number>>(table: T, code: number): keyof T | undefined {
  return Object.keys(table).find((name) => table[name] === code);
}

/** Where a command is. */
export type CommandPhase =
  | 'waiting'
  | 'acting'
  | 'running'
  | 'done'
  | 'refused'
  | 'failed'
  | 'interrupted'
  | 'expired'
  | 'unanswered';

/** Phases after which nothing more comes, unless a gateway has a late word to say. */
export const isOver = (phase: CommandPhase): boolean => !['waiting', 'acting', 'running'].includes(phase);
