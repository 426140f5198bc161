/**
 * Recorded rows of six TEROS 12 probes, played by six simulated sensors on one SDI-12 bus over a pseudo-terminal, read by a
 * gateway, stored by a cloud, and compared with the file row by row to the last digit.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Series } from '@karez/model';
import { GATEWAY, type PlayedFarm, startPlayedFarm } from './played-farm.ts';
import type { RecordedTable } from './recorded-table.ts';

export interface TerosProof {
  /** Rows of the file that were compared. */
  rows: number;
  /** Readings stored, each one compared. */
  readings: number;
  /** Of these, where the file says NAN and the store must say absent. */
  absent: number;
  /** Samples of a probe taken while the logger recorded nothing: they repeat its last row. */
  held: number;
}

export const TEROS_FILE = 'ts-compass-teros12/Compass_GWI_TR_412_TerosTableB_20220824143823.dat';
const PROBES = [1, 2, 3, 4, 5, 6] as const;
/** What a probe's three columns hold: counts, °C and µS/cm. */
const COLUMNS = [1, 2, 3] as const;

interface Row {
  /** The logger's clock, taken for UTC. */
  timeMs: number;
  line: string;
  /** Three texts for each probe in order; NAN where there is nothing. */
  cells: string[][];
}

/** The logger wrote a row in each; the gateway reads as often. */
const INTERVAL_MS = 900_000;
/** First turns of a line's devices are spread over so long (edge/src/sdi12/bus.ts). */
const SPREAD_MS = 2_000;
/** Steps that are stored before they are compared: fewer readings of a channel than one answer of the API holds. */
const STEPS_AT_ONCE = 500;
/** The gateway's clock may be off by what the way to the cloud leaves open. */
const CLOCK_MS = 500;

const CHANNELS = ['soil.raw', 'soil.temperature', 'soil.ec', 'soil.moisture', 'soil.permittivity'] as const;
const sensor = (probe: number) => `probe-${probe}`;
const channel = (probe: number, quantity: string) => `${GATEWAY}/${sensor(probe)}/${quantity}@d${probe * 10}`;

/**
 * Plays the rows of a table and compares everything that is stored.
 * @param onProgress hears how many of how many steps of 15 minutes are done.
 * @throws Error naming row and channel where something differs.
 */
export async function playTeros(
  { header, lines, rows: named }: RecordedTable,
  onProgress: (done: number, of: number) => void = () => {},
): Promise<TerosProof> {
  const rows = named.map(
    (row, i): Row => ({
      timeMs: Date.parse(`${(row.TIMESTAMP as string).replace(' ', 'T')}Z`),
      line: lines[i] as string,
      cells: PROBES.map((probe) => COLUMNS.map((column) => row[`TerosB(${probe},${column})`] as string)),
    }),
  );
  const folder = mkdtempSync(join(tmpdir(), 'karez-teros-'));
  const file = join(folder, 'teros.dat');
  writeFileSync(file, `${[...header, ...lines].join('\r\n')}\r\n`);
  const startMs = (rows[0] as Row).timeMs;
  const farm = await startPlayedFarm({
    ...{ startMs, recordings: { teros: { file, next: 'time' } } },
    simLine: { type: 'sdi12', sensors: PROBES.map(simSensor) },
    gatewayLine: { type: 'sdi12', adapter: 'command', devices: PROBES.map(gatewayDevice) },
  });
  try {
    const proof: TerosProof = { rows: rows.length, readings: 0, absent: 0, held: 0 };
    const steps = ((rows.at(-1) as Row).timeMs - startMs) / INTERVAL_MS + 1;
    for (let done = 0; done < steps; ) {
      const end = Math.min(done + STEPS_AT_ONCE, steps);
      for (let step = done; step < end; step++) await readStep(farm, step);
      const [fromMs, toMs] = [startMs + done * INTERVAL_MS - CLOCK_MS, startMs + end * INTERVAL_MS - CLOCK_MS - 1];
      await compare(farm, rows, fromMs, toMs, proof);
      done = end;
      onProgress(done, steps);
    }
    await compareBooks(farm, proof, steps);
    return proof;
  } finally {
    await farm.end();
    rmSync(folder, { recursive: true });
  }
}

const simSensor = (probe: number) => ({
  ...{ device: sensor(probe), address: probe, sensor: 'teros-12', seconds: 0 },
  replay: { recording: 'teros', values: COLUMNS.map((column) => `TerosB(${probe},${column})`) },
});

const gatewayDevice = (probe: number) => ({
  ...{ id: sensor(probe), profile: 'teros-12', address: probe, intervalMs: INTERVAL_MS },
  ...{ field: 'north', depthCm: probe * 10 },
});

/** One turn of each probe; each is asked once the one before has been heard. */
async function readStep(farm: PlayedFarm, step: number): Promise<void> {
  for (const [i] of PROBES.entries()) {
    await farm.advanceTo(step * INTERVAL_MS + Math.ceil((i * SPREAD_MS) / PROBES.length));
    await farm.untilTaken((step * PROBES.length + i + 1) * CHANNELS.length);
  }
  await farm.untilStored();
}

async function compare(
  farm: PlayedFarm,
  rows: readonly Row[],
  fromMs: number,
  toMs: number,
  proof: TerosProof,
): Promise<void> {
  const wanted = rows.filter((row) => row.timeMs >= fromMs && row.timeMs <= toMs);
  for (const [i, probe] of PROBES.entries()) {
    const channels = CHANNELS.map((quantity) => channel(probe, quantity));
    const { series } = await farm.history(channels, fromMs, toMs);
    const [raw] = series as [Series];
    const seen = new Set<Row>();
    for (const [at, timeMs] of raw.timeMs.entries()) {
      const row = rows.findLast((r) => r.timeMs <= timeMs + CLOCK_MS) as Row;
      if (timeMs - row.timeMs < SPREAD_MS) {
        expectSame(seen.has(row), false, row, channels[0], 'there twice');
        seen.add(row);
      } else proof.held++;
      const expected = expectedOf(row.cells[i] as string[]);
      for (const [c, one] of series.entries()) {
        expectSame(one.stepMs, 0, row, one.id, 'not single readings');
        expectSame(one.timeMs[at], timeMs, row, one.id, 'at another time than the counts');
        const value = one.mean[at] as number | null;
        expectSame(value, expected[c], row, one.id, 'another value');
        proof.readings++;
        if (value === null) proof.absent++;
      }
    }
    for (const row of wanted) expectSame(seen.has(row), true, row, channels[0], 'not there');
  }
}

/** In the order of CHANNELS. METER's equations are in the TEROS 11/12 user manual 20587, section 4.1: 6 and 8. */
function expectedOf([counts, temperature, ec]: string[]): (number | null)[] {
  const number = (text = 'NAN') => (text === 'NAN' ? null : Number(text));
  const raw = number(counts);
  const hundredths = (value: number) => Math.round(value * 100) / 100;
  const moisture = raw === null ? null : hundredths((3.879e-4 * raw - 0.6956) * 100);
  const root = raw === null ? 0 : 2.887e-9 * raw ** 3 - 2.08e-5 * raw ** 2 + 5.276e-2 * raw - 43.39;
  return [raw, number(temperature), number(ec), moisture, raw === null ? null : hundredths(root ** 2)];
}

/** As many as the gateway says that it took; none refused, damaged, asked in vain or set aside. */
async function compareBooks(farm: PlayedFarm, { readings }: TerosProof, steps: number): Promise<void> {
  const { counts, status, rejections } = farm.gateway.view();
  const { ledger } = await farm.seen();
  const found = {
    ...{ accepted: counts.accepted, refused: counts.refused, rejected: [...counts.rejected], rejections },
    timeouts: status.devices.reduce((sum, device) => sum + device.timeouts, 0),
    ledger: ledger.map(({ stored, quarantined, conflicts, ranges }) => ({ stored, quarantined, conflicts, ranges })),
  };
  const all = steps * PROBES.length * CHANNELS.length;
  const right = {
    ...{ accepted: all, refused: 0, rejected: [], rejections: [], timeouts: 0 },
    ledger: [{ stored: all, quarantined: 0, conflicts: 0, ranges: [[1, all]] }],
  };
  if (readings !== all) throw new Error(`${readings} readings were compared, not ${all}`);
  if (JSON.stringify(found) !== JSON.stringify(right))
    throw new Error(`the books are ${JSON.stringify(found)}, not ${JSON.stringify(right)}`);
}

function expectSame(found: unknown, wanted: unknown, row: Row, what: string | undefined, words: string): void {
  if (found === wanted) return;
  throw new Error(
    `${what}, row of ${new Date(row.timeMs).toISOString()}: ${words}: ${found}, not ${wanted}; ${row.line}`,
  );
}
