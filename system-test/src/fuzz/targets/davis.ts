/** LOOP and LOOP2 packets from the simulator's console, in a stream. */
import { PacketFinder } from '@karez/edge';
import { loop2Packet, loopPacket } from '@karez/firmware-sim';
import { davisSum, hexOf } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { PASSED_OVER } from '../round.ts';
import type { Found, Target } from '../target.ts';

const PACKET_BYTES = 99;

export const davis: Target = {
  ...{ name: 'davis', feeding: 'stream', holdsAtMost: PACKET_BYTES - 1, marks: [0x4c, 0x4f, 0x4f, 0x0a, 0x0d] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    const finder = new PacketFinder(
      (_, bytes) => taken.push(hexOf(bytes)),
      () => refused++,
    );
    const weather = () => ({
      ...{ temperatureC: below(900) / 10 - 40, humidityPct: below(100) + 1, pressureHpa: 700 + below(3_500) / 10 },
      ...{ windMs: below(600) / 10, gustMs: below(700) / 10, windDeg: below(360), rainMmPerH: below(1_000) / 10 },
      ...{ cloud: random.next(), solarWm2: below(1_400), uvIndex: below(160) / 10, rainDayMm: below(3_000) / 10 },
      ...{ windAverage10Ms: below(500) / 10, windAverage2Ms: below(500) / 10, gust10Ms: below(700) / 10 },
      ...{ gust10Deg: below(360), pressureChange3hHpa: below(60) / 10 - 3, etDayMm: below(100) / 10, clickMm: 0.254 },
    });
    return {
      next: () => (below(2) === 0 ? loopPacket(weather(), below(2_560)) : loop2Packet(weather())),
      feed: (bytes) => finder.push(bytes),
      // Nothing else ends the wait for a packet's rest: the console asks again and forgets what it held.
      settle: () => new Uint8Array(PACKET_BYTES),
      taken: () => taken.splice(0),
      get held() {
        return finder.waiting;
      },
      get refused() {
        return refused;
      },
    };
  },
  oracle(bytes) {
    const found: Found[] = [];
    for (let at = 0; at + PACKET_BYTES <= bytes.length; at++) {
      if (bytes[at] !== 0x4c || bytes[at + 1] !== 0x4f || bytes[at + 2] !== 0x4f) continue;
      const packet = bytes.subarray(at, at + PACKET_BYTES);
      if (davisSum(packet) !== 0) continue;
      // A sound packet of a type that nobody knows is refused whole.
      found.push({ key: (packet[4] as number) <= 1 ? hexOf(packet) : PASSED_OVER, at, length: PACKET_BYTES });
      at += PACKET_BYTES - 1;
    }
    return found;
  },
};
