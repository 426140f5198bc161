/**
 * Recorded answers of an SDI-12 sensor, for `karez decode`: one answer to D or R, or a whole conversation with the commands
 * in it, as text or as hexadecimal digits.
 */
import { KarezError, type Sdi12Profile } from '@karez/model';
import { byChannel, type DecodedFrame, fromHex } from '../decode/decoded-frame.ts';
import { foreignNote } from '../decode/foreign.ts';
import { type Identity, readIdentity, readTiming, readValues } from './answers.ts';
import { type CommandGroup, commandGroups, groupValues, isDead } from './reply-values.ts';

interface Heard {
  address: string;
  hasCrc: boolean;
  /** The command that measured, where the conversation has it. */
  command: string | undefined;
  numbers: number[];
  identity?: Identity;
  /** Values that were announced. */
  count?: number;
}

/** @throws KarezError FRAME_*. */
export function decodeSdi12(profile: Sdi12Profile, text: string): DecodedFrame {
  const lines = plainText(text)
    .split(/[\r\n]+|<CR>|<LF>/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw new KarezError('FRAME_TOO_SHORT', 'nothing is there', { where: 'answer' });
  const heard = lines.reduce<Heard | undefined>(hear, undefined) as Heard;
  const { address, identity, numbers, hasCrc, count } = heard;
  const wrong = identity === undefined ? undefined : wrongSensor(profile, identity);
  const details = {
    ...{ address, ...(identity === undefined ? {} : { identity }), ...(count === undefined ? {} : { count }) },
    ...(hasCrc ? { crc: 'right' } : {}),
  };
  if (numbers.length === 0) {
    const isIdentity = identity !== undefined;
    const note =
      wrong ?? (isIdentity ? undefined : 'no values: the sensor gave the measurement up, or has not ended it');
    return {
      ...{ profile: profile.id, kind: isIdentity ? 'identification' : 'answer without values', values: {} },
      details: { ...details, ...(note === undefined ? {} : { note }) },
    };
  }
  if (count !== undefined && numbers.length !== count)
    throw new KarezError('FRAME_UNEXPECTED', `${numbers.length} values; ${count} were announced`, { where: 'values' });
  const group = groupOf(profile, heard.command);
  const values = groupValues(profile, group, numbers);
  const dead = isDead(profile, numbers) ? 'a dead sensor answers like this: all is absent' : undefined;
  const note = wrong ?? dead ?? foreignNote(profile, group.channels, values);
  return {
    ...{ profile: profile.id, kind: 'values', values: byChannel(profile, group.channels, values) },
    details: { ...details, ...(note === undefined ? {} : { note }) },
  };
}

/** Digits are taken for hexadecimal only where no answer could look like that: a second character that is a sign is one. */
function plainText(text: string): string {
  const isText = text.trim() === '' || /^\s*.[+-]/.test(text) || /[^0-9a-fA-Fx\s:,-]/.test(text);
  return isText ? text : Buffer.from(fromHex(text)).toString('latin1');
}

/** What `line` adds to a conversation. */
function hear(before: Heard | undefined, line: string): Heard {
  const end = line.lastIndexOf('!');
  const command = end < 0 ? undefined : line.slice(0, end);
  const answer = line.slice(end + 1).trim();
  const address = before?.address ?? command?.[0] ?? answer[0] ?? '';
  const letters = command?.slice(1) ?? '';
  const asked = /^(M|C|V|R)(C?)(\d?)$/.exec(letters);
  const so: Heard = before ?? { address, hasCrc: false, command: undefined, numbers: [] };
  const now: Heard =
    asked === null ? so : { ...so, command: `${asked[1]}${asked[3]}`, hasCrc: asked[2] === 'C', numbers: [] };
  if (answer === '') return now;
  if (letters === 'I' || isIdentity(answer)) return { ...now, identity: readIdentity(answer, address) };
  const timing = timingOf(answer, address, asked?.[1]);
  if (timing !== undefined) return { ...now, count: timing };
  if (answer === address) return now;
  // A CRC is of letters and the like, a value never: whether there is one shows.
  const hasCrc = now.hasCrc || /[@-~]{3}$/.test(answer.slice(1));
  return { ...now, hasCrc, numbers: [...now.numbers, ...readValues(answer, address, hasCrc)] };
}

const isIdentity = (line: string) =>
  line.length >= 20 && /^.\d\d[^+-]/.test(line) && /[A-Za-z]/.test(line.slice(3, 11));

/** The count of an answer to M, V or C; undefined where the line is something else. */
function timingOf(line: string, address: string, letter: string | undefined): number | undefined {
  if (!/^.\d{4,5}$/.test(line)) return undefined;
  const digits = letter === undefined ? ((line.length - 4) as 1 | 2) : letter === 'C' ? 2 : 1;
  return readTiming(line, address, digits).count;
}

function groupOf(profile: Sdi12Profile, command: string | undefined): CommandGroup {
  const groups = commandGroups(profile);
  // M and C of the same number give the same values (section 4.4.7); R is a measurement of its own.
  const same = (a: string, b: string) => a === b || a.replace(/^[MC]/, '') === b.replace(/^[MC]/, '');
  const group = command === undefined ? groups[0] : groups.find((g) => same(g.command, command));
  if (group !== undefined) return group;
  throw new KarezError(
    'FRAME_UNEXPECTED',
    `command ${command}; ${profile.id} is read with ${groups.map((g) => g.command).join(', ')}`,
    { where: 'command' },
  );
}

/** Why a sensor that says this of itself is not one of the profile; undefined where it may be. */
export function wrongSensor({ identity, id }: Sdi12Profile, { vendor, model }: Identity): string | undefined {
  if (identity === undefined || `${vendor}${model}`.startsWith(identity)) return undefined;
  return `says that it is ${`${vendor.trim()} ${model.trim()}`}: not a ${id}?`;
}
