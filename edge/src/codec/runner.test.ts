/** Codec scripts: what published ones need is there, and what a hostile one tries fails with a clear error and hurts nobody. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@karez/model';
import { virtualClock } from '@karez/model/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { codecRunner } from './runner.ts';

const folder = mkdtempSync(join(tmpdir(), 'karez-codec-'));
const runner = codecRunner({ clock: systemClock(), logger: silentLogger });
afterAll(async () => {
  await runner.stop();
  rmSync(folder, { recursive: true });
});

let scripts = 0;
function run(script: string, input: { bytes?: number[]; fPort?: number; timeMs?: number } = {}) {
  const path = join(folder, `codec-${++scripts}.js`);
  writeFileSync(path, script);
  return runner.run(path, { bytes: [0, 105], fPort: 1, ...input });
}

describe('a script', () => {
  test.each([
    ['decodeUplink', 'function decodeUplink(input) { return { data: { v: input.bytes[1], port: input.fPort } }; }'],
    ['Decode', 'function Decode(fPort, bytes, variables) { return { v: bytes[1], port: fPort }; }'],
    ['Decoder', 'function Decoder(bytes, port) { return { v: bytes[1], port: port }; }'],
    [
      'module.exports',
      'module.exports = { decodeUplink: (input) => ({ data: { v: input.bytes[1], port: input.fPort } }) };',
    ],
    ['const', 'const decodeUplink = ({ bytes, fPort }) => ({ data: { v: bytes[1], port: fPort } });'],
    [
      'sloppy mode',
      'undeclared = 5; function Decoder(bytes, port) { with ({ v: bytes[1] }) { return { v: v, port: port }; } }',
    ],
    ['console', 'function Decoder(bytes, port) { console.log("x"); return { v: bytes[1], port }; }'],
  ])('with %s is called', async (_, script) => expect(await run(script)).toEqual({ v: 105, port: 1 }));

  test('is given the time, and none of what was not sent', async () => {
    const script =
      'function decodeUplink(i) { return { data: { y: i.recvTime && i.recvTime.toISOString(), p: i.fPort === undefined } }; }';
    expect(await run(script, { timeMs: 1_767_225_600_123 })).toEqual({ y: '2026-01-01T00:00:00.123Z', p: false });
    const path = join(folder, 'bare.js');
    writeFileSync(path, script);
    expect(await runner.run(path, { bytes: [] })).toEqual({ p: true });
  });

  test('leaves nothing behind for the next call', async () => {
    const path = join(folder, 'counter.js');
    writeFileSync(path, 'var n = 0; function Decoder() { Array.prototype.x = 1; return { n: ++n, x: [].x }; }');
    expect([await runner.run(path, { bytes: [] }), await runner.run(path, { bytes: [] })]).toEqual([
      { n: 1, x: 1 },
      { n: 1, x: 1 },
    ]);
    expect(await run('function Decoder() { return { x: [].x === undefined }; }')).toEqual({ x: true });
  });
});

test.each([
  ['that has no entry point', 'var x = 1;', 'it has no function decodeUplink, Decode or Decoder'],
  ['that does not parse', 'function (', /SyntaxError/],
  ['that throws', 'function Decoder() { throw new Error("no such frame"); }', 'Error: no such frame'],
  ['that throws no error', 'function Decoder() { throw { a: 1 }; }', '{"a":1}'],
  [
    'that says errors',
    'function decodeUplink() { return { errors: ["bad port", "bad length"] }; }',
    'Error: bad port; bad length',
  ],
  ['that gives nothing', 'function Decoder() {}', 'it gives nothing'],
  [
    'that gives too much',
    'function Decoder() { return "x".repeat(100000); }',
    /it gives 100002 characters; at most 65536/,
  ],
  ['that never ends', 'function Decoder() { for (;;) {} }', 'it takes too many steps'],
  ['that never ends while it is loaded', 'for (;;) {}', 'it takes too many steps'],
  [
    'that catches what ends it',
    'function Decoder() { for (;;) { try { for (;;) {} } catch (e) {} } }',
    'it takes too many steps',
  ],
  [
    'that calls itself',
    'function Decoder() { return Decoder(); }',
    /RangeError: .*stack|InternalError: stack overflow/i,
  ],
  [
    'that takes memory',
    'function Decoder() { var a = []; for (;;) a.push({ x: a.length }); }',
    'it asks for more memory than it may have',
  ],
  [
    'that takes it at once',
    'function Decoder() { return "x".repeat(1e9); }',
    /memory|invalid string length|invalid repeat count/i,
  ],
  ['that takes a buffer', 'function Decoder() { return new ArrayBuffer(1e9); }', /memory|invalid array/i],
  ['that wants process', 'function Decoder() { return process.env; }', /ReferenceError: .*process.* is not defined/],
  ['that wants require', 'function Decoder() { return require("fs"); }', /ReferenceError: .*require.* is not defined/],
  [
    'that wants fetch',
    'function Decoder() { return fetch("http://127.0.0.1"); }',
    /ReferenceError: .*fetch.* is not defined/,
  ],
  ['that wants a module', 'function Decoder() { return import("node:fs").then(String); }', null],
  [
    'that wants the global object',
    'function Decoder() { return Function("return globalThis.process.pid")(); }',
    /TypeError/,
  ],
  [
    'that wants its maker',
    'function Decoder(bytes) { return bytes.constructor.constructor("return process")(); }',
    /ReferenceError: .*process/,
  ],
  [
    'that wants WebAssembly',
    'function Decoder() { return new WebAssembly.Module(new Uint8Array(8)); }',
    /ReferenceError: .*WebAssembly/,
  ],
  [
    'that wants a timer',
    'function Decoder() { setTimeout(function () {}, 1); return 1; }',
    /ReferenceError: .*setTimeout/,
  ],
  [
    'whose pattern runs away',
    `function Decoder() { return /^(a+)+$/.test("${'a'.repeat(40)}!"); }`,
    /too many steps|interrupted/,
  ],
])('one %s fails alone: %s', async (_, script, message) => {
  if (message === null) expect(await run(script)).toEqual({});
  else
    await expect(run(script)).rejects.toMatchObject({
      code: 'CODEC_FAILED',
      message: expect.stringMatching(
        typeof message === 'string' ? message.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : message,
      ),
    });
  expect(await run('function Decoder(bytes) { return { v: bytes[1] }; }')).toEqual({ v: 105 });
});

test('one that is not there, or too long, is named', async () => {
  await expect(runner.run(join(folder, 'none.js'), { bytes: [] })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  await expect(run(`//${'x'.repeat(600_000)}`)).rejects.toThrow(/600002 bytes; at most 524288/);
});

test('one that hangs in a single step is ended with its thread, and the next call has another', async () => {
  const clock = virtualClock();
  const timed = codecRunner({ clock, logger: silentLogger });
  const path = join(folder, 'hangs.js');
  writeFileSync(path, 'function Decoder() { var a = []; for (;;) a.push(new Array(1000).fill(7)); }');
  let error: unknown;
  const call = timed.run(path, { bytes: [] }).catch((caught) => {
    error = caught;
  });
  while (error === undefined) {
    await clock.advance(1_000);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await call;
  expect(error).toMatchObject({ code: 'CODEC_FAILED', message: 'hangs.js: it gave no answer in 5 s' });
  const good = join(folder, 'good.js');
  writeFileSync(good, 'function Decoder() { return 7; }');
  expect(await timed.run(good, { bytes: [] })).toBe(7);
  await timed.stop();
});

test('calls come one after another, and none is lost when one breaks', async () => {
  const good = 'function Decoder(bytes) { return { v: bytes[1] }; }';
  const bad = 'function Decoder() { for (;;) {} }';
  const results = await Promise.allSettled([run(good), run(bad), run(good), run(bad), run(good)]);
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
});
