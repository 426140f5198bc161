import { describe, expect, test } from 'vitest';
import { settleVersions, type VersionLog, type Wanted } from './versions.ts';

const now =
  (ms: number, ...wanted: Wanted<{ x: number }>[]) =>
  (log?: VersionLog<{ x: number }>) =>
    settleVersions(log, wanted, ms);
const after = (...steps: ((log?: VersionLog<{ x: number }>) => VersionLog<{ x: number }>)[]) =>
  steps.reduce<VersionLog<{ x: number }> | undefined>((log, step) => step(log), undefined);
const versions = (log: VersionLog<{ x: number }> | undefined) =>
  log?.versions.map((v) => [v.version, v.fromMs, v.what?.x ?? null]);
const one = { what: { x: 1 } };
const two = { what: { x: 2 } };

describe('a calibration', () => {
  test('is in force from when the gateway takes it up, and stays the same version through starts', () => {
    const log = after(now(100, one), now(200, one), now(300, one));
    expect(versions(log)).toEqual([[1, 100, 1]]);
  });

  test('that is not wanted and never was makes no version', () => {
    expect(after(now(100), now(200))).toEqual({ last: 0, versions: [] });
  });

  test('that changes leaves what was before as it was', () => {
    expect(versions(after(now(100, one), now(200, two), now(300), now(400, one)))).toEqual([
      [1, 100, 1],
      [2, 200, 2],
      [3, 300, null],
      [4, 400, 1],
    ]);
  });

  test('with a time that is past begins now all the same; one to come begins at its time', () => {
    expect(versions(after(now(500, { fromMs: 100, ...one })))).toEqual([[1, 500, 1]]);
    const planned = after(now(500, one, { fromMs: 900, ...two }));
    expect(versions(planned)).toEqual([
      [1, 500, 1],
      [2, 900, 2],
    ]);
    // The file stays as it is while the time passes.
    expect(versions(now(1_000, one, { fromMs: 900, ...two })(planned))).toEqual(versions(planned));
    // Later the first one is taken out of the file.
    expect(versions(now(1_200, two)(planned))).toEqual(versions(planned));
  });

  test('to come may be changed before its time; its number is not given again', () => {
    const planned = after(now(100, { fromMs: 900, ...one }));
    const changed = now(200, { fromMs: 800, ...two })(planned);
    expect(versions(changed)).toEqual([[2, 800, 2]]);
    expect(versions(now(300, { fromMs: 800, ...two })(changed))).toEqual([[2, 800, 2]]);
    expect(versions(now(400)(changed))).toEqual([]);
    expect(now(500, one)(now(400)(changed))).toEqual({
      last: 3,
      versions: [{ version: 3, fromMs: 500, what: { x: 1 } }],
    });
  });

  test('is the same whatever the order of its keys', () => {
    const log = settleVersions<Record<string, unknown>>(undefined, [{ what: { a: 1, b: [1, { c: 2, d: 3 }] } }], 1);
    expect(settleVersions(log, [{ what: { b: [1, { d: 3, c: 2 }], a: 1 } }], 2)).toEqual(log);
    expect(settleVersions(log, [{ what: { b: [1, { d: 3, c: 2 }], a: 2 } }], 2).last).toBe(2);
  });
});
