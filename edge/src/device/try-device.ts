/** `karez device try`: talks to one device with the gateway's own parts and says what it answers, raw and decoded. */
import { channelKey, KarezError, type Profile, quantityOf, stateName } from '@karez/model';
import type { ConfiguredDevice } from '../config.ts';
import { foreignNote } from '../decode/foreign.ts';
import { startLine } from '../lines.ts';
import type { EdgeDeps, Intake, Sample } from '../ports.ts';
import type { OpenTransport } from '../transport/transport.ts';
import { tapOn } from './tap.ts';
import { TRIERS, type TryOn } from './triers.ts';

export interface TryRequest extends Omit<TryOn, 'address'> {
  profile: Profile;
  address?: string;
  /** Ends after so many samples. */
  times: number;
  /** Or after so long, milliseconds. */
  withinMs: number;
}

export interface TryOutcome {
  samples: number;
  /** Why there was none, in words. */
  trouble: string | null;
}

const DEVICE = 'device';
/** A device that is asked is asked so often. */
const ASKED_EVERY_MS = 1_000;
const LOOK_EVERY_MS = 50;

/**
 * Resolves when there were `times` samples, the time is over, `stop` is called or the port does not open.
 * @throws KarezError REQUEST_INVALID where the protocol has no line, or the address does not fit it.
 */
export async function tryDevice(
  request: TryRequest,
  deps: EdgeDeps,
  open: OpenTransport,
  print: (line: string) => void,
  stop: Promise<void>,
): Promise<TryOutcome> {
  const { profile, times } = request;
  const trier = TRIERS[profile.protocol];
  if (trier === undefined) {
    throw new KarezError(
      'REQUEST_INVALID',
      `${profile.id} speaks ${profile.protocol}: its devices come to the gateway, which cannot call them`,
      { where: 'profile' },
    );
  }
  const address = request.address ?? trier.usualAddress ?? '';
  const { pattern, words } = trier.addresses ?? { pattern: /^[0-9]+$/, words: 'a number' };
  if (trier.usualAddress !== undefined && !pattern.test(address))
    throw new KarezError('REQUEST_INVALID', `the address of a ${profile.protocol} device must be ${words}`, {
      where: 'address',
    });
  let samples = 0;
  const done = Promise.withResolvers<void>();
  const tap = tapOn(open, deps.clock, print);
  const intake: Intake = {
    async accept(sample) {
      tap.flush();
      if (samples >= times) return;
      samples++;
      for (const line of inWords(profile, sample)) print(line);
      if (samples >= times) done.resolve();
    },
    satelliteTime() {},
    ignore() {},
    reject({ code, reason }) {
      tap.flush();
      print(`  refused: ${reason} (${code})`);
    },
  };
  const device = { id: DEVICE, profile: profile.id, ...(trier.isAsked ? { intervalMs: ASKED_EVERY_MS } : {}) };
  const configured: ConfiguredDevice = { ...device, profileRecord: profile };
  const line = await startLine(trier.line(device, { ...request, address }), [configured], intake, deps, tap.open);

  let wasOpen = false;
  let trouble: string | null = null;
  const stopLooking = deps.clock.every(LOOK_EVERY_MS, () => {
    const transport = tap.transport();
    if (transport?.open) wasOpen = true;
    else if (transport?.trouble != null && transport.trouble !== 'not opened yet') {
      trouble = transport.trouble;
      done.resolve();
    }
  });
  const cancel = deps.clock.after(request.withinMs, () => done.resolve());
  await Promise.race([done.promise, stop]);
  cancel();
  stopLooking();
  tap.flush();
  const said = line.status().find(({ id }) => id === DEVICE)?.trouble ?? null;
  await line.stop();
  if (samples > 0) return { samples, trouble: said };
  return {
    samples,
    trouble: trouble ?? said ?? (wasOpen ? 'nothing came that this profile reads' : 'the port did not open'),
  };
}

/** A line for each value, then what is strange about them. */
function inWords(profile: Profile, { channels, values }: Sample): string[] {
  const keys = channels.map((position) => channelKey(profile.channels[position] as Profile['channels'][number]));
  const width = Math.max(...keys.map((key) => key.length));
  const lines = keys.map((key, i) => {
    const value = values[i] as number;
    const quantity = quantityOf(key.split('@')[0] as string);
    const isOut = quantity !== undefined && (value < quantity.min || value > quantity.max);
    const state = stateName(key, value)?.en;
    const known = `${value} ${state === undefined ? (quantity?.label ?? '') : `(${state})`}`.trimEnd();
    const shown = Number.isNaN(value) ? 'absent' : known;
    return `  ${key.padEnd(width)}  ${shown}${isOut ? '  (out of range)' : ''}`;
  });
  const note = foreignNote(profile, channels, values);
  return note === undefined ? lines : [...lines, `  ${note}`];
}
