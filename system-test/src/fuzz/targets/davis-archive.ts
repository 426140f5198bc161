/** Pages of a console's memory, as the simulator's has them: each is taken whole, or asked for again. */
import { checkPage } from '@karez/edge';
import { ArchiveMemory, archiveRecord } from '@karez/firmware-sim';
import { KarezError } from '@karez/model';
import { davisSum, hexOf } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import type { Target } from '../target.ts';

const PAGE_BYTES = 267;

export const davisArchive: Target = {
  ...{ name: 'davis-archive', feeding: 'message', holdsAtMost: 0, marks: [0xff, 0x00, 0x06, 0x21] },
  open(random) {
    const { below } = luckOf(random);
    const taken: string[] = [];
    let refused = 0;
    const page = (): Uint8Array => {
      const memory = new ArchiveMemory();
      for (let i = 0; i < 5; i++)
        memory.write(
          archiveRecord(
            Date.UTC(2026, 0, 1) + below(1e9),
            {
              ...{ temperature: below(1_200), temperatureHigh: below(1_200), temperatureLow: below(1_200) },
              ...{ rainClicks: below(200), rainRateClicks: below(2_000), barometer: 28_000 + below(4_000) },
              ...{ solar: below(1_400), solarHigh: below(1_400), windSamples: below(300), insideTemperature: 700 },
              ...{ insideHumidity: 45, humidity: below(100), wind: below(60), windHigh: below(90) },
              ...{ windHighPoint: below(16), windPoint: below(16), uv: below(160), uvHigh: below(160), et: below(20) },
            },
            below(2) === 0 ? 'A' : 'B',
          ),
        );
      return memory.after([]).page(0);
    };
    return {
      next: page,
      feed(bytes) {
        // A dialogue hands over what a page has, and leaves the rest.
        const seen = bytes.slice(0, PAGE_BYTES);
        try {
          checkPage(seen, 0);
          taken.push(hexOf(seen));
        } catch (error) {
          if (!(error instanceof KarezError)) throw error;
          refused++;
        }
      },
      settle() {},
      taken: () => taken.splice(0),
      held: 0,
      get refused() {
        return refused;
      },
    };
  },
  oracle(bytes) {
    const page = bytes.subarray(0, PAGE_BYTES);
    const isSound = page.length === PAGE_BYTES && davisSum(page) === 0 && page[0] === 0;
    return isSound ? [{ key: hexOf(page), at: 0, length: PAGE_BYTES }] : [];
  },
};
