/**
 * What can be made to go wrong with a simulated device: one record for each fault. A record says what a device must have
 * to be struck, what the fault may be told, and what it does to what the device sends, measures or takes for the time.
 * Each strike is counted (faults.ts), so that a test can insist that its fault happened.
 */
import Type, { type TProperties } from 'typebox';

/** What a device has that a fault can strike. Each kind of device names its own (lines/line-kind.ts). */
export type Trait =
  /** Sends bytes on a wire or in the air. */
  | 'bytes'
  /** A checksum guards its frames. */
  | 'checksum'
  /** Its frames say which address they are from. */
  | 'address'
  /** Publishes messages, each with the time of its sample. */
  | 'messages'
  /** Its messages are numbered, and one that is lost on its way is missed. */
  | 'numbers'
  /** Its messages hold a payload of bytes that can break off. */
  | 'payload'
  /** Sends times by a clock of its own. */
  | 'clock'
  /** Measures values that are drawn from the world through `Senses.felt`. */
  | 'values'
  /** Has a marker for a sensor that is not there. */
  | 'absent';

/** Bytes that a device sends. */
export interface Emission {
  device: string;
  bytes: Uint8Array;
  /** A frame with a reading; false for the short answers between them. */
  framed: boolean;
  /** The frame with a wrong checksum, where that does not stand in the last byte. */
  spoiled?(): Uint8Array;
  /** The same frame, right in itself, from an address that was not asked. */
  elsewhere?(): Uint8Array;
}

/** What becomes of a sample that a node is about to publish. */
export interface SampleFate {
  /** It is not taken at all. */
  dropped: boolean;
  /** So many samples are taken in its place, each a reading of its own. */
  samples: number;
  /** Each message is sent so many times, with the same counter and time. */
  sendings: number;
  /** It is sent so much later, with its own time. Milliseconds. */
  delayMs: number;
  /** It takes a number, and is lost on its way. */
  isLost: boolean;
  /** Its payload breaks off after this share of it, in [0, 1). */
  cutAt: number | undefined;
}

/** One strike of a fault. */
export interface Strike {
  /** What the order says besides fault, device and time. */
  options: Readonly<Record<string, unknown>>;
  /** A number in [0, 1). */
  luck: number;
  /** The first of this order on this device. */
  isFirst: boolean;
  /** How long the order has been in force, ms of simulated time. */
  sinceMs: number;
  /** Kept for this device while the order lasts. */
  memory: Map<string, number>;
}

export interface FaultRecord {
  what: string;
  /** A device must have all of one of these lists. */
  needs: readonly (readonly Trait[])[];
  /** What an order may say besides `fault`, `device`, `afterS`, `forS`. */
  options?: TProperties;
  /** Strikes short answers too, not only frames. */
  answersToo?: boolean;
  /** The device has no power while it lasts: nodes lose their connection, and every device starts anew. */
  powerCut?: boolean;
  /** The device starts anew when it begins. */
  restart?: boolean;
  bytes?(emission: Emission, strike: Strike): Uint8Array[];
  sample?(strike: Strike): Partial<SampleFate>;
  /** Another value than the true one, of one of its sensors; undefined where it leaves this value alone. */
  value?(name: string, value: number, strike: Strike, sensor: string): number | undefined;
  /** Another time than the right one, ms since 1970, `sinceMs` of the device's own time after the order began. */
  clock?(sinceMs: number): number;
}

const HOUR_MS = 3_600_000;
const share = Type.Optional(
  Type.Number({ exclusiveMinimum: 0, maximum: 1, description: 'How many of its frames are struck. Default all.' }),
);
const valueName = Type.String({ minLength: 1, description: 'Which of its values, by the simulator’s name for it.' });
const isMeant = (name: string, { options }: Strike) => options.value === undefined || options.value === name;
const times = (fallback: number, most: number) => ({
  options: { share, times: Type.Optional(Type.Integer({ minimum: 2, maximum: most })) },
  of: ({ options }: Strike) => (options.times as number | undefined) ?? fallback,
});
const twice = times(2, 100);
const flooded = times(20, 10_000);

/** The last byte turned: where most protocols keep their checksum. */
const lastByteTurned = (bytes: Uint8Array) => bytes.map((byte, i) => (i === bytes.length - 1 ? byte ^ 0x5a : byte));
const repeated = <T>(what: T, n: number): T[] => Array.from({ length: n }, () => what);

export const FAULTS = {
  silence: {
    what: 'says nothing and takes no sample',
    needs: [['bytes'], ['messages']],
    answersToo: true,
    options: { share },
    bytes: () => [],
    sample: () => ({ dropped: true }),
  },
  'bad-checksum': {
    what: 'its frames do not check out',
    needs: [['bytes', 'checksum']],
    options: { share },
    bytes: ({ bytes, spoiled }) => [spoiled?.() ?? lastByteTurned(bytes)],
  },
  'wrong-address': {
    what: 'its answers come, sound, from an address that was not asked',
    needs: [['bytes', 'address']],
    options: { share },
    bytes: ({ bytes, elsewhere }) => [elsewhere?.() ?? bytes],
  },
  'lose-bytes': {
    what: 'bytes in the middle of its frames are lost',
    needs: [['bytes']],
    options: {
      share,
      bytes: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'In a row. Default 1.' })),
    },
    bytes: ({ bytes }, { luck, options }) => {
      const from = Math.floor(luck * bytes.length);
      const count = (options.bytes as number | undefined) ?? 1;
      return [bytes.filter((_, i) => i < from || i >= from + count)];
    },
  },
  'mid-frame': {
    what: 'the gateway hears only the end of its frames, as though it had joined in the middle',
    needs: [['bytes']],
    options: { share },
    bytes: ({ bytes }, { luck }) => [bytes.subarray(1 + Math.floor(luck * (bytes.length - 1)))],
  },
  'brown-out': {
    what: 'its power sags: a frame breaks off, then nothing until it ends, then it starts anew',
    needs: [['bytes'], ['messages']],
    answersToo: true,
    powerCut: true,
    bytes: ({ bytes }, { isFirst, luck }) =>
      isFirst ? [bytes.subarray(0, 1 + Math.floor(luck * (bytes.length - 1)))] : [],
    sample: () => ({ dropped: true }),
  },
  drift: {
    what: 'a value wanders off',
    needs: [['values']],
    options: { value: valueName, perHour: Type.Number({ description: 'In the value’s own unit.' }) },
    value: (name, value, strike) =>
      isMeant(name, strike) ? value + ((strike.options.perHour as number) * strike.sinceMs) / HOUR_MS : undefined,
  },
  stuck: {
    what: 'a value, or every one, stays what it was',
    needs: [['values']],
    options: { value: Type.Optional(valueName) },
    value: (name, value, strike, sensor) => {
      if (!isMeant(name, strike)) return undefined;
      const held = strike.memory.get(`${sensor} ${name}`) ?? value;
      strike.memory.set(`${sensor} ${name}`, held);
      return held;
    },
  },
  absent: {
    what: 'a sensor, or every one, is not there: the device sends its marker for that',
    needs: [['values', 'absent']],
    options: { value: Type.Optional(valueName) },
    value: (name, _value, strike) => (isMeant(name, strike) ? Number.NaN : undefined),
  },
  'clock-1970': {
    what: 'starts anew with a clock that begins in 1970, and learns the time only at the end',
    needs: [['clock']],
    restart: true,
    clock: (sinceMs) => sinceMs,
  },
  duplicate: {
    what: 'sends everything more than once',
    needs: [['bytes'], ['messages']],
    options: twice.options,
    bytes: ({ bytes }, strike) => repeated(bytes, twice.of(strike)),
    sample: (strike) => ({ sendings: twice.of(strike) }),
  },
  late: {
    what: 'keeps its messages and sends them later, with the times of their samples',
    needs: [['messages', 'clock']],
    options: { share, byS: Type.Number({ exclusiveMinimum: 0, maximum: 30 * 86_400 }) },
    sample: ({ options }) => ({ delayMs: (options.byS as number) * 1_000 }),
  },
  'lose-messages': {
    what: 'messages of it are lost on their way; their numbers are missing',
    needs: [['messages', 'numbers']],
    options: { share },
    sample: () => ({ isLost: true }),
  },
  'bad-payload': {
    what: 'what its messages hold breaks off in the middle',
    needs: [['messages', 'payload']],
    options: { share },
    sample: ({ luck }) => ({ cutAt: luck }),
  },
  flood: {
    what: 'sends far more than it should: many samples in place of one, or a frame again and again',
    needs: [['bytes'], ['messages']],
    options: flooded.options,
    bytes: ({ bytes }, strike) => repeated(bytes, flooded.of(strike)),
    sample: (strike) => ({ samples: flooded.of(strike) }),
  },
} satisfies Record<string, FaultRecord>;

export type FaultKind = keyof typeof FAULTS;
