import { seededRandom } from '@karez/model';
import { describe, expect, test } from 'vitest';
import { davisSum, mavlinkSum, modbusSum } from './checksums.ts';
import { fuzz, judgeRun } from './fuzz.ts';
import { readRegressions, replay, scriptOf, shrink } from './regressions.ts';
import type { Subject, Target } from './target.ts';
import { davis } from './targets/davis.ts';
import { TARGETS } from './targets.ts';

const SEED = 20_260_611;
const FRAMES = 4_000;

test.each(TARGETS.map((target) => [target.name, target] as const))('%s withstands damage', async (_, target) => {
  const result = await fuzz(target, { seed: SEED, frames: FRAMES });
  expect(result.failures.map(({ round, wrong }) => ({ round, wrong }))).toEqual([]);
  expect(judgeRun(result)).toEqual([]);
});

const regressions = readRegressions();
test.runIf(regressions.length > 0).each(regressions.map((r) => [r.found, r] as const))('kept: %s', async (_, kept) => {
  const target = TARGETS.find(({ name }) => name === kept.target);
  if (target === undefined) throw new Error(`${kept.target} is no target any more`);
  expect(await replay(target, scriptOf(kept))).toEqual([]);
});

test('the checksums here are those of the catalogue', () => {
  const check = new TextEncoder().encode('123456789');
  expect([modbusSum(check), mavlinkSum(check), davisSum(check)]).toEqual([0x4b37, 0x6f91, 0x31c3]);
});

describe('a broken decoder is found out', () => {
  /** The Davis decoder with something wrong. */
  const broken = (change: (sound: Subject) => Partial<Subject>): Target => ({
    ...davis,
    open(random) {
      const sound = davis.open(random);
      const changed = change(sound);
      return new Proxy(sound, {
        get: (of, key) => (key in changed ? changed[key as keyof Subject] : of[key as keyof Subject]),
      });
    },
  });
  const wrongOf = async (target: Target) => {
    const { failures } = await fuzz(target, { seed: SEED, frames: 3_000 });
    return failures.flatMap(({ wrong }) => wrong).join('\n');
  };

  test('one that takes packets with wrong checksums', async () => {
    const target = broken((sound) => {
      const early: string[] = [];
      return {
        feed(bytes) {
          sound.feed(bytes);
          for (let at = 0; at + 99 <= bytes.length; at++) {
            const packet = bytes.subarray(at, at + 99);
            if (packet[0] === 0x4c && packet[1] === 0x4f && davisSum(packet) !== 0)
              early.push(Buffer.from(packet).toString('hex'));
          }
        },
        taken: () => [...sound.taken(), ...early.splice(0)],
      };
    });
    expect(await wrongOf(target)).toMatch(/took 4c4f4f.*there is nothing/);
  });

  test('one that loses a packet now and then', async () => {
    let n = 0;
    const target = broken((sound) => ({ taken: () => sound.taken().filter(() => n++ % 500 !== 499) }));
    expect(await wrongOf(target)).toMatch(/took .*, there is/);
  });

  test('one that keeps what it should let go', async () => {
    let fed = 0;
    const target = broken((sound) => ({
      feed(bytes) {
        fed += bytes.length;
        sound.feed(bytes);
      },
      get held() {
        return fed;
      },
    }));
    expect(await wrongOf(target)).toMatch(/it held \d+ bytes; 98 is the most/);
  });

  test('one that crashes; what crashes it is made small', async () => {
    const target = broken((sound) => ({
      feed(bytes) {
        if (bytes.includes(0xee)) throw new TypeError('no such thing');
        sound.feed(bytes);
      },
    }));
    const { failures } = await fuzz(target, { seed: SEED, frames: 3_000 });
    expect(failures[0]?.wrong[0]).toMatch(/it crashed: TypeError: no such thing/);
    const small = await shrink(target, (failures[0] as (typeof failures)[number]).script);
    expect(Buffer.concat(small.pieces).toString('hex')).toBe('ee');
  });

  test('a run that damages nothing, or refuses nothing, proves nothing', async () => {
    const result = await fuzz(davis, { seed: 1, frames: 50 });
    const { tally } = result;
    expect(judgeRun({ ...result, tally: { ...tally, refused: 0 } })).toEqual(['nothing was ever refused']);
    expect(judgeRun({ ...result, tally: { ...tally, intact: tally.frames } })).toEqual(['no frame was damaged']);
    expect(judgeRun({ ...result, grownBytes: 100 * 2 ** 20 })).toEqual(['memory grew by 102400 KiB']);
  });
});

test('a seed draws the same run', async () => {
  const once = async () => {
    const { tally, rounds } = await fuzz(davis, { seed: 7, frames: 500 });
    return { ...tally, damages: [...tally.damages], rounds };
  };
  expect(await once()).toEqual(await once());
  expect(seededRandom(7).next()).toBe(seededRandom(7).next());
});
