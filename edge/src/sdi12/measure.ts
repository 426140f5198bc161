/**
 * One measurement of a sensor: start it, wait, fetch the values (SDI-12 v1.4, sections 4.4.5 to 4.4.12). A concurrent one
 * leaves the bus to others while it runs; after M the recorder speaks to nobody else until the service request comes or
 * the time is over (section 4.4.5).
 */
import { codeOf, KarezError, type Sdi12Profile } from '@karez/model';
import { readTiming, readValues } from './answers.ts';
import type { Recorder } from './recorder.ts';
import { type CommandGroup, groupValues } from './reply-values.ts';

export interface Sensor {
  address: string;
  profile: Sdi12Profile;
  groups: readonly CommandGroup[];
  crc: boolean;
}

/** A measurement that holds the bus longer is not made: with C others can be read meanwhile. */
const LONGEST_HOLD_S = 180;
/** D0 to D9. */
const DATA_COMMANDS = 10;
const GIVEN_UP = 'gave the measurement up';
/** A measurement that was given up is begun once more. */
const STARTS = 2;

/**
 * Puts the values of all channels into `sample`, by position; those of commands before one that failed stay there.
 * Yields the milliseconds for which the bus is free for others.
 * @throws KarezError DEVICE_TIMEOUT, DEVICE_EXCEPTION, FRAME_*, TRANSPORT_CLOSED.
 */
export async function* measure(
  recorder: Recorder,
  sensor: Sensor,
  sample: Map<number, number>,
  rounds?: number,
): AsyncGenerator<number, void> {
  const options = rounds === undefined ? {} : { rounds };
  for (const group of sensor.groups) {
    const numbers = yield* given(recorder, sensor, group, options);
    const values = groupValues(sensor.profile, group, numbers);
    for (const [i, position] of group.channels.entries()) sample.set(position, values[i] as number);
  }
}

async function* given(
  recorder: Recorder,
  { address, crc }: Sensor,
  { command }: CommandGroup,
  options: { rounds?: number },
): AsyncGenerator<number, number[]> {
  const [letter, number] = [command[0] as string, command.slice(1)];
  // There is no verification with a CRC (table 5).
  const hasCrc = crc && letter !== 'V';
  const asked = `${address}${letter}${hasCrc ? 'C' : ''}${number}!`;
  const values = (line: string) => readValues(line, address, hasCrc);
  if (letter === 'R') {
    const numbers = await recorder.ask(asked, values, { ...options, hasCrc });
    if (numbers.length === 0) throw refused(address, `has nothing to give by ${command}`);
    return numbers;
  }
  for (let start = 1; ; start++) {
    const { seconds, count } = await recorder.ask(
      asked,
      (line) => readTiming(line, address, letter === 'C' ? 2 : 1),
      options,
    );
    if (count === 0) throw refused(address, `has no values by ${command}`);
    let isAnnounced = true;
    if (seconds > 0 && letter === 'C') yield seconds * 1_000;
    else if (seconds > LONGEST_HOLD_S)
      throw refused(address, `needs ${seconds} s by ${command}, more than the bus may be held; read it with C`);
    else if (seconds > 0) isAnnounced = await recorder.serviceRequest(address, seconds * 1_000);
    const numbers = await fetch(recorder, address, count, hasCrc, isAnnounced);
    if (numbers !== undefined) return numbers;
    if (start >= STARTS) throw refused(address, GIVEN_UP);
  }
}

/**
 * The values that were announced, by as many D commands as it takes; undefined where the sensor gave the measurement up.
 * Without a service request before, one that is late looks like an answer without values, and is not taken for one.
 */
async function fetch(
  recorder: Recorder,
  address: string,
  count: number,
  hasCrc: boolean,
  isAnnounced: boolean,
): Promise<number[] | undefined> {
  const numbers: number[] = [];
  for (let d = 0; d < DATA_COMMANDS && numbers.length < count; d++) {
    const mayBeLate = d === 0 && !isAnnounced;
    const read = (line: string) => {
      if (mayBeLate && line === address) throw new KarezError('DEVICE_EXCEPTION', GIVEN_UP);
      return readValues(line, address, hasCrc);
    };
    try {
      const part = await recorder.ask(`${address}D${d}!`, read, { hasCrc });
      if (part.length === 0) break;
      numbers.push(...part);
    } catch (error) {
      if (codeOf(error) === 'DEVICE_EXCEPTION') return undefined;
      throw error;
    }
  }
  if (numbers.length === 0) return undefined;
  if (numbers.length !== count)
    throw new KarezError('FRAME_UNEXPECTED', `address ${address}: ${numbers.length} values; ${count} were announced`, {
      where: `address ${address}`,
    });
  return numbers;
}

function refused(address: string, words: string): KarezError {
  return new KarezError('DEVICE_EXCEPTION', `address ${address} ${words}`, { where: `address ${address}` });
}
