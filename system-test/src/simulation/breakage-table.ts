/**
 * The ways in which the system is broken to see whether the checkers bite: each a mistake that somebody could make, the
 * faults in whose presence it shows, and the rules of which one must see it.
 */
import type { Store, StoreBatch } from '@karez/cloud';
import type { Sample } from '@karez/edge';
import type { Ack, Readings } from '@karez/model';
import { countOf } from '@karez/model';
import { decodeBatch, encodeBatch } from '@karez/model/wire';
import type { Breakage } from './breakages.ts';
import type { PlannedFault } from './faults.ts';
import type { Scenario } from './scenario.ts';
import { FARM, GATEWAY } from './world.ts';

export interface BrokenWay {
  /** What the mistake is. */
  mistake: string;
  /** Made anew for each run. */
  breakage(): Breakage;
  /** Rules of which one must be violated. */
  seenBy: string[];
  /** Faults that are added, and what else the scenario needs. */
  faults?: PlannedFault[];
  adapt?(scenario: Scenario): Scenario;
}

const ADDRESS = { farm: FARM, gateway: GATEWAY };
const crash = (atMs: number): PlannedFault => ({
  kind: 'gateway.crash',
  point: 'idle',
  atMs,
  offMs: 1_000,
  power: false,
});
const crashes = [12_000, 19_000, 26_000, 33_000].map(crash);
const cloudCrashes = [11_000, 21_000, 31_000].map(
  (atMs): PlannedFault => ({ kind: 'cloud.crash', point: 'idle', atMs, offMs: 1_000 }),
);
const drops: PlannedFault = { kind: 'net.broker-drops', atMs: 10_000, forMs: 15_000, share: 0.5 };
const deaf: PlannedFault = { kind: 'node.deaf', atMs: 8_000, forMs: 25_000, share: 0.6 };
const small = (policy: Scenario['journal']['policy']) => (scenario: Scenario) => ({
  ...scenario,
  journal: { limitBytes: 20_000, policy },
  devices: scenario.devices.map((spec) => ({ ...spec, everyMs: Math.min(spec.everyMs, 800) })),
});
const longCut: PlannedFault = { kind: 'net.cut', atMs: 4_000, forMs: 120_000 };

/** A store that is given other batches than it says. */
function storing(change: (batch: StoreBatch, nowMs: number) => StoreBatch): Breakage {
  return {
    store: (store: Store) => ({
      history: (request) => store.history(request),
      histories: (requests) => store.histories(requests),
      rollUp: (closedMs) => store.rollUp(closedMs),
      note: (note) => store.note(note),
      close: () => store.close(),
      async commit(batches, nowMs) {
        const outcomes = await store.commit(
          batches.map((batch) => change(batch, nowMs)),
          nowMs,
        );
        return outcomes.map((outcome, i) => ({ ...outcome, stored: (batches[i] as StoreBatch).readings, refused: [] }));
      },
    }),
  };
}

const withTime = (readings: Readings, timeMs: number): Readings => ({
  ...readings,
  timeMs: readings.timeMs.map(() => timeMs),
});

export const BROKEN_WAYS: BrokenWay[] = [
  {
    mistake: 'the gateway says “accepted” before the commit',
    breakage: () => ({
      async accept(sample, pipeline) {
        pipeline.accept(sample).catch(() => {});
      },
    }),
    seenBy: ['lost', 'lost-uncounted'],
    faults: [...crashes, { kind: 'disk.full', atMs: 40_000 - 4_500, forMs: 3_000 }],
  },
  {
    mistake: 'the gateway says “refused” of what it has accepted',
    breakage: () => {
      let n = 0;
      return {
        async accept(sample, pipeline) {
          await pipeline.accept(sample);
          if (++n % 10 === 0) throw new Error('forgot that it was accepted');
        },
      };
    },
    seenBy: ['refused-but-stored'],
  },
  {
    mistake: 'the gateway takes a repeat for something new',
    breakage: () => ({
      accept: ({ counter: _, ...sample }: Sample, pipeline) => pipeline.accept(sample),
    }),
    seenBy: ['double'],
    faults: [deaf, ...crashes],
  },
  {
    mistake: 'the journal forgets what the broker has, not what the store has',
    breakage: () => ({
      confirmed(bytes, acknowledge) {
        const { epoch, readings } = decodeBatch(bytes, ADDRESS);
        const seq = readings.seq.subarray(0, readings.count);
        const acked = Array.from(seq, (n): [number, number] => [n, n]);
        const ack: Ack = { v: 1, epoch, acked, refused: [], retry: [], timeMs: 0 };
        acknowledge(new TextEncoder().encode(JSON.stringify(ack)));
      },
    }),
    seenBy: ['lost', 'lost-uncounted'],
    faults: [drops, ...cloudCrashes],
  },
  {
    mistake: 'the journal forgets a little more than was acknowledged',
    breakage: () => ({
      journal(method, args, run) {
        if (method !== 'settle') return run(args);
        const [stored, ...others] = args as [[number, number][], ...unknown[]];
        return run([stored.map(([first, last]) => [first, last + 2]), ...others]);
      },
    }),
    seenBy: ['lost', 'books'],
  },
  {
    mistake: 'sequence numbers start again with each life',
    breakage: () => ({
      async journal(method, args, run) {
        const result = await run(args);
        if (method !== 'batch' || result === undefined) return result;
        const batch = result as { bytes: Uint8Array };
        const { epoch, readings } = decodeBatch(batch.bytes, ADDRESS);
        readings.seq = readings.seq.map(countOf);
        const rising = readings.seq
          .subarray(0, readings.count)
          .every((n, i, all) => i === 0 || n > (all[i - 1] as number));
        return rising ? { ...batch, bytes: encodeBatch(readings, { ...ADDRESS, epoch }) } : result;
      },
    }),
    seenBy: ['number-reused'],
    faults: crashes,
  },
  {
    mistake: 'what is lost is not counted',
    breakage: () => ({
      async journal(_method, args, run) {
        const result = (await run(args)) as { lost?: unknown } | undefined;
        if (result === undefined || result === null || !Object.hasOwn(Object(result), 'lost')) return result;
        return { ...result, lost: typeof result.lost === 'number' ? 0 : {} };
      },
    }),
    seenBy: ['lost-uncounted', 'books'],
    faults: [longCut],
    adapt: small('keep-newest'),
  },
  {
    mistake: 'the journal has no bound',
    breakage: () => ({ journalLimit: 100 }),
    seenBy: ['bound'],
    faults: [longCut],
    adapt: (scenario) => ({ ...small('keep-oldest')(scenario), chaosMs: 130_000 }),
  },
  {
    mistake: 'channel numbers move when the configuration does',
    breakage: () => ({
      async journal(method, args, run, life) {
        const result = await run(args);
        return method === 'number' && life > 1 ? (result as number[]).toReversed() : result;
      },
    }),
    seenBy: ['channel', 'invented', 'number-reused'],
    faults: [{ kind: 'gateway.reconfigure', atMs: 12_000, without: 9, added: 0, turned: true }, ...crashes],
  },
  {
    mistake: 'times are not repaired once the clock is known',
    breakage: () => ({
      journal(method, args, run) {
        if (method !== 'date') return run(args);
        return run([(args[0] as [number, number][]).map(([boot]) => [boot, 0])]);
      },
    }),
    seenBy: ['time', 'quarantined'],
    adapt: (scenario) => ({ ...scenario, clockMs: -86_400_000 }),
  },
  {
    mistake: 'the cloud acknowledges before the commit',
    breakage: () => ({
      async vault(method, args, run) {
        if (method !== 'commit') return run();
        run().catch(() => {});
        return (args[0] as unknown[]).map(() => ({ conflicts: 0, clashes: [] }));
      },
    }),
    seenBy: ['lost', 'lost-uncounted'],
    faults: [...cloudCrashes, { kind: 'cloud.unavailable', atMs: 14_000, forMs: 10_000, share: 0.5, method: 'commit' }],
  },
  {
    mistake: 'the store keeps a repeat beside what it repeats',
    breakage: () => {
      const seen = new Map<number, number>();
      return storing((batch) => {
        const seq = batch.readings.seq.map((n) => {
          const times = seen.get(n) ?? 0;
          seen.set(n, times + 1);
          return n + times * 2 ** 30;
        });
        return { ...batch, readings: { ...batch.readings, seq } };
      });
    },
    seenBy: ['double'],
    faults: [{ kind: 'net.duplicate', atMs: 8_000, forMs: 25_000, share: 0.8 }],
  },
  {
    mistake: 'the store dates readings by their arrival',
    breakage: () => storing((batch, nowMs) => ({ ...batch, readings: withTime(batch.readings, nowMs) })),
    seenBy: ['time'],
  },
  {
    mistake: 'what is refused is thrown away',
    breakage: () => ({
      vault: async (method, _args, run) => (method === 'quarantine' ? undefined : run()),
    }),
    seenBy: ['lost', 'books'],
    faults: [{ kind: 'cloud.refuse', atMs: 5_000, share: 0.2 }],
  },
  {
    mistake: 'a late reading is shown as if it were new',
    breakage: () => ({
      liveBus: (live) => ({
        latest: (farm) => live.latest(farm),
        committed: (batches, nowMs) =>
          live.committed(
            batches.map((batch) => ({ ...batch, readings: withTime(batch.readings, nowMs) })),
            nowMs,
          ),
      }),
    }),
    seenBy: ['time'],
    faults: [longCut],
  },
  {
    mistake: 'the panel shows whatever came last',
    breakage: () => {
      const last = new Map<string, [number, number | null, number]>();
      return {
        liveBus: (live) => ({
          latest: () => Object.fromEntries(last),
          committed(batches, nowMs) {
            live.committed(batches, nowMs);
            for (const { readings, channels } of batches)
              for (let i = 0; i < readings.count; i++) {
                const c = channels.get(readings.channel[i] as number);
                const place = c?.place === undefined ? '' : `@${c.place}`;
                const id = `${c?.gateway}/${c?.device}/${c?.quantity}${place}`;
                last.set(id, [readings.timeMs[i] as number, readings.value[i] as number, 0]);
              }
          },
        }),
      };
    },
    seenBy: ['stale-as-current'],
    faults: [{ kind: 'net.cut', atMs: 8_000, forMs: 20_000 }],
  },
  {
    mistake: 'live readings wait for their turn',
    breakage: () => ({ sendDelayMs: (bytes) => (bytes < 400 ? 9_000 : 0) }),
    seenBy: ['live-late'],
    adapt: (scenario) => ({ ...scenario, faults: [{ kind: 'gateway.restart', atMs: 10_000 }] }),
  },
];
