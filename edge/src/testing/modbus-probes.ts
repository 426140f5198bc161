/** Soil probes on a fake line, each in a test's hands. */
import type { Clock } from '@karez/model';
import { crc16 } from '../modbus/crc.ts';
import type { FakeTransport } from './fake-transport.ts';

export interface FakeProbe {
  registers: number[];
  /** Time from the request to its answer. */
  delayMs: number;
  silent: boolean;
  /** Changes an answer on its way. */
  spoil: (reply: Uint8Array) => Uint8Array;
  /** Answers with this exception. */
  exception: number | undefined;
  /** Requests that it got: when, from which register, how many. */
  asked: { atMs: number; register: number; count: number }[];
}

export function frameOf(...bytes: number[]): Uint8Array {
  const crc = crc16(Uint8Array.from(bytes), 0, bytes.length);
  return Uint8Array.of(...bytes, crc & 0xff, crc >> 8);
}

/** Puts probes at addresses of `line`. */
export function attachProbes(line: FakeTransport, clock: Clock, addresses: number[]): Map<number, FakeProbe> {
  const probes = new Map(
    addresses.map((address): [number, FakeProbe] => [
      address,
      {
        registers: Array.from({ length: 200 }, (_, i) => address * 100 + i),
        delayMs: 40,
        silent: false,
        spoil: (reply) => reply,
        exception: undefined,
        asked: [],
      },
    ]),
  );
  line.device = (request) => {
    const [address, code, high, low, countHigh, countLow] = request as unknown as number[];
    const probe = probes.get(address as number);
    if (probe === undefined) return;
    const register = ((high as number) << 8) | (low as number);
    const count = ((countHigh as number) << 8) | (countLow as number);
    probe.asked.push({ atMs: clock.monoMs(), register, count });
    if (probe.silent) return;
    const values = probe.registers.slice(register, register + count);
    const reply =
      probe.exception === undefined
        ? frameOf(address as number, code as number, count * 2, ...values.flatMap((v) => [(v >> 8) & 255, v & 255]))
        : frameOf(address as number, (code as number) | 0x80, probe.exception);
    const spoilt = probe.spoil(reply);
    clock.after(probe.delayMs, () => line.say(spoilt));
  };
  return probes;
}
