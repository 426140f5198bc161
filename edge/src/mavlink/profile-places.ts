/** A profile made ready for one vehicle: servo outputs put in their places, names checked against the definitions. */
import { KarezError, type MavlinkProfile, type MavlinkSource, type ServoOutput, type ServoOutputs } from '@karez/model';
import { type MessageDefinition, messageByName } from './messages.ts';

/** SERVOn_MIN and SERVOn_MAX of ArduPilot (SRV_Channel.cpp), µs. */
const MIN_US = 1_100;
const MAX_US = 1_900;
/** SERVO_OUTPUT_RAW carries so many outputs; the next are of another port. */
const OUTPUTS = 16;
/** ESC messages carry four each. */
const ESCS = 4;

/** The profile with outputs where this vehicle has them. The same record comes back where it names none. */
export function placed(profile: MavlinkProfile, own: ServoOutputs | undefined): MavlinkProfile {
  const outputs = { ...profile.outputs, ...own };
  const place = <S extends MavlinkSource>(source: S): S => {
    const output = source.output === undefined ? undefined : outputs[source.output];
    return output === undefined ? source : { ...source, ...placeOf(source.message, output) };
  };
  const channels = profile.channels.map((channel) => {
    const { otherwise } = channel;
    return { ...place(channel), ...(otherwise === undefined ? {} : { otherwise: otherwise.map(place) }) };
  });
  return { ...profile, channels };
}

/** Where a message carries an output, and how it is scaled. */
function placeOf(message: string, { servo, minUs = MIN_US, maxUs = MAX_US }: ServoOutput): Partial<MavlinkSource> {
  if (message === 'SERVO_OUTPUT_RAW') {
    const multiply = 100 / (maxUs - minUs);
    const port = Math.floor((servo - 1) / OUTPUTS);
    return {
      ...{ field: `servo${((servo - 1) % OUTPUTS) + 1}_raw`, when: { port } },
      ...{ multiply, offset: -minUs * multiply },
    };
  }
  const first = Math.floor((servo - 1) / ESCS) * ESCS;
  const index = (servo - 1) % ESCS;
  if (message === 'ESC_STATUS') return { field: 'rpm', index, when: { index: first } };
  return { message: `ESC_TELEMETRY_${first + 1}_TO_${first + ESCS}`, field: 'rpm', index };
}

/** Throws CONFIG_INVALID where a profile names a message or field that no definition has. */
export function checkMessages(profile: MavlinkProfile): void {
  for (const [i, channel] of profile.channels.entries()) {
    checkSource(profile, channel, `channels.${i}`);
    for (const [j, source] of (channel.otherwise ?? []).entries())
      checkSource(profile, source, `channels.${i}.otherwise.${j}`);
  }
  for (const name of Object.keys(profile.everyMs ?? {}))
    if (messageByName(name) === undefined) failIn(profile, `everyMs.${name}`, 'must be the name of a message');
}

function failIn(profile: MavlinkProfile, key: string, expected: string): never {
  throw new KarezError('CONFIG_INVALID', `profile ${profile.id}: ${key} ${expected}`, { where: key });
}

function checkSource(profile: MavlinkProfile, source: MavlinkSource, at: string): void {
  const fail = (key: string, expected: string): never => failIn(profile, `${at}.${key}`, expected);
  const message =
    messageByName(source.message) ??
    fail('message', `must be a message of the common or ardupilotmega dialect, not "${source.message}"`);
  const { fields }: MessageDefinition = message;
  const field = source.field ?? fail('field', 'must be given, or an output that the profile or the device has');
  const { plus = [], when = {}, within = [], both = [] } = source;
  const names = [field, ...plus, ...within, ...[both].flat(), ...Object.keys(when).map((key) => key.split('[')[0])];
  const unknown = names.find((name) => !fields.has(name as string));
  if (unknown !== undefined)
    fail('field', `must be a field of ${source.message} (${[...fields.keys()].join(', ')}), not "${unknown}"`);
  const count = fields.get(field)?.count;
  if (source.index !== undefined && source.index >= (count ?? 0))
    fail('index', `must be below ${count ?? 0}, the elements of ${field}`);
  if (source.as === 'standard-mode' && source.message !== 'HEARTBEAT')
    fail('as', 'standard-mode stands for HEARTBEAT only');
}
