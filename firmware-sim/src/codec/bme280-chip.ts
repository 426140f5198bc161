/**
 * A BME280 as its registers (Bosch data sheet BST-BME280-DS002): calibration (section 4.2.2), settings and forced
 * measurements (section 5), and raw values that its own integer formulas (section 4.2.3) turn into what is measured.
 */
import type { I2cDevice } from './firmata-board.ts';

/** What it measures; NaN where it does not. */
export interface ChipAir {
  temperatureC: number;
  humidityPct: number;
  pressureHpa: number;
}

const T = [28_485n, 26_735n, 50n] as const;
const P = [36_738n, -10_635n, 3_024n, 6_980n, -4n, -7n, 9_900n, -10_230n, 4_285n] as const;
const H = [75n, 353n, 0n, 340n, -50n, 30n] as const;
const CHIP_ID = 0x60;
const SKIPPED_20 = 0x8_0000;
const SKIPPED_16 = 0x8000;
const FORCED = [0b01, 0b10];

export class Bme280Chip implements I2cDevice {
  readonly #air: () => ChipAir;
  readonly #registers = new Uint8Array(256);
  #at = 0;

  constructor(air: () => ChipAir) {
    this.#air = air;
    this.restart();
  }

  /** Its power was away: settings and values are gone. */
  restart(): void {
    this.#registers.fill(0);
    this.#registers[0xd0] = CHIP_ID;
    const little = (register: number, value: bigint) => {
      this.#registers[register] = Number(value & 0xffn);
      this.#registers[register + 1] = Number((value >> 8n) & 0xffn);
    };
    for (const [i, value] of [...T, ...P].entries()) little(0x88 + 2 * i, value);
    const [h1, h2, h3, h4, h5, h6] = H.map(Number) as [number, number, number, number, number, number];
    this.#registers[0xa1] = h1;
    little(0xe1, BigInt(h2));
    this.#registers.set([h3, h4 >> 4, (h4 & 0x0f) | ((h5 & 0x0f) << 4), h5 >> 4, h6], 0xe3);
    this.#store(SKIPPED_20, SKIPPED_20, SKIPPED_16);
  }

  /** Pairs of register and value; a single byte only says where reading begins. */
  write(bytes: readonly number[]): void {
    this.#at = bytes[0] ?? 0;
    for (let i = 0; i + 1 < bytes.length; i += 2) {
      const [register, value] = [bytes[i] as number, bytes[i + 1] as number];
      if (register !== 0xf2 && register !== 0xf4 && register !== 0xf5) continue;
      this.#registers[register] = value;
      if (register === 0xf4 && FORCED.includes(value & 0b11)) this.#measure();
    }
  }

  read(count: number): number[] {
    const bytes = [...this.#registers.subarray(this.#at, this.#at + count)];
    this.#at += count;
    return bytes;
  }

  #measure(): void {
    const control = this.#registers[0xf4] as number;
    const { temperatureC, humidityPct, pressureHpa } = this.#air();
    const isOff = (oversampling: number, value: number) => oversampling === 0 || Number.isNaN(value);
    // Without a temperature the others cannot be corrected; the chip measures them at some temperature all the same.
    const ut = rawOf(Number.isNaN(temperatureC) ? 20 : temperatureC, 20, (raw) => Number(celsius100(raw)) / 100);
    const fine = fineOf(BigInt(ut));
    const up = isOff((control >> 2) & 7, pressureHpa)
      ? SKIPPED_20
      : rawOf(pressureHpa, 20, (raw) => Number(pascal256(raw, fine)) / 25_600);
    const uh = isOff((this.#registers[0xf2] as number) & 7, humidityPct)
      ? SKIPPED_16
      : rawOf(humidityPct, 16, (raw) => Number(percent1024(raw, fine)) / 1024);
    this.#store(up, isOff(control >> 5, temperatureC) ? SKIPPED_20 : ut, uh);
    // It falls asleep when it has measured.
    this.#registers[0xf4] = control & ~0b11;
  }

  #store(up: number, ut: number, uh: number): void {
    const twenty = (raw: number) => [raw >> 12, (raw >> 4) & 0xff, (raw & 0x0f) << 4];
    this.#registers.set([...twenty(up), ...twenty(ut), uh >> 8, uh & 0xff], 0xf7);
  }
}

/** The raw value of so many bits that comes nearest to `value`, by halving; `of` rises or falls all the way. */
function rawOf(value: number, bits: number, of: (raw: bigint) => number): number {
  let [low, high] = [0, 2 ** bits - 1];
  const rises = of(BigInt(high >> 1)) > of(BigInt(high >> 2));
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (of(BigInt(middle)) < value === rises) low = middle;
    else high = middle;
  }
  return Math.abs(of(BigInt(low)) - value) < Math.abs(of(BigInt(high)) - value) ? low : high;
}

function fineOf(raw: bigint): bigint {
  const first = (((raw >> 3n) - (T[0] << 1n)) * T[1]) >> 11n;
  const distance = (raw >> 4n) - T[0];
  return first + ((((distance * distance) >> 12n) * T[2]) >> 14n);
}

/** Hundredths of a degree. */
const celsius100 = (raw: bigint) => (fineOf(raw) * 5n + 128n) >> 8n;

/** 256ths of a pascal. */
function pascal256(raw: bigint, fine: bigint): bigint {
  const d = fine - 128_000n;
  const offset = d * d * P[5] + ((d * P[4]) << 17n) + (P[3] << 35n);
  const slope = (((1n << 47n) + ((d * d * P[2]) >> 8n) + ((d * P[1]) << 12n)) * P[0]) >> 33n;
  if (slope === 0n) return 0n;
  const p = ((((1_048_576n - raw) << 31n) - offset) * 3_125n) / slope;
  return ((p + ((P[8] * (p >> 13n) * (p >> 13n)) >> 25n) + ((P[7] * p) >> 19n)) >> 8n) + (P[6] << 4n);
}

/** 1024ths of a percent. */
function percent1024(raw: bigint, fine: bigint): bigint {
  const d = fine - 76_800n;
  const slope = ((((d * H[5]) >> 10n) * (((d * H[2]) >> 11n) + 32_768n)) >> 10n) + 2_097_152n;
  const linear = (((raw << 14n) - (H[3] << 20n) - H[4] * d + 16_384n) >> 15n) * ((slope * H[1] + 8_192n) >> 14n);
  const bent = linear - (((((linear >> 15n) * (linear >> 15n)) >> 7n) * H[0]) >> 4n);
  const held = bent < 0n ? 0n : bent > 419_430_400n ? 419_430_400n : bent;
  return held >> 12n;
}
