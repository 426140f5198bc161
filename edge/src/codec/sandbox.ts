/**
 * A vendor's codec script in an interpreter of its own: QuickJS in WebAssembly. The script sees the language and its
 * arguments, nothing of Node.js, the machine or the network, for nothing of these is there; it gets so many steps and so
 * much memory. Only text crosses: the arguments go in as JSON, the result comes out as JSON. Each call has a world of its own, so no
 * script can leave anything behind for another device.
 *
 * Entry points, in this order: decodeUplink(input) (LoRa Alliance TS013, ChirpStack v4, The Things Stack), Decode(fPort, bytes)
 * (ChirpStack v3), Decoder(bytes, port) (The Things Network v2).
 */
import { KarezError } from '@karez/model';
import {
  newQuickJSWASMModuleFromVariant,
  type QuickJSContext,
  type QuickJSWASMModule,
  Scope,
} from 'quickjs-emscripten-core';
import { CODEC_LIMITS, type CodecInput } from './codec-limits.ts';

/** What the scripts of several platforms expect to be there, and the call. Its value is a text. */
const CALL = `(function (text) {
  'use strict';
  var input = JSON.parse(text);
  var own = typeof module === 'object' && module !== null && typeof module.exports === 'object' && module.exports !== null ? module.exports : {};
  var find = function (name, there) { return typeof there === 'function' ? there : typeof own[name] === 'function' ? own[name] : undefined; };
  var uplink = find('decodeUplink', typeof decodeUplink === 'function' ? decodeUplink : undefined);
  var decode = find('Decode', typeof Decode === 'function' ? Decode : undefined);
  var decoder = find('Decoder', typeof Decoder === 'function' ? Decoder : undefined);
  if (uplink) {
    if (input.recvTime !== undefined) input.recvTime = new Date(input.recvTime);
    var said = uplink(input);
    if (said && said.errors && said.errors.length > 0) throw new Error(String(said.errors.join ? said.errors.join('; ') : said.errors));
    return JSON.stringify(said === undefined || said === null ? null : 'data' in said ? said.data : said);
  }
  if (decode) return JSON.stringify(decode(input.fPort, input.bytes, {}));
  if (decoder) return JSON.stringify(decoder(input.bytes, input.fPort));
  throw new Error('it has no function decodeUplink, Decode or Decoder');
})`;
const BEFORE = `var exports = {}, module = { exports: exports };
var console = { log: function () {}, warn: function () {}, error: function () {}, info: function () {}, debug: function () {} };`;

/** The interpreter: half a megabyte of WebAssembly. */
export function loadQuickjs(): Promise<QuickJSWASMModule> {
  return newQuickJSWASMModuleFromVariant(import('@jitl/quickjs-ng-wasmfile-release-sync'));
}

/**
 * What a script makes of an uplink.
 * @throws KarezError CODEC_FAILED saying what it did wrong. Anything else that is thrown has broken the interpreter.
 */
export function runCodec(quickjs: QuickJSWASMModule, script: string, input: CodecInput): unknown {
  const runtime = quickjs.newRuntime();
  runtime.setMemoryLimit(CODEC_LIMITS.memoryBytes);
  runtime.setMaxStackSize(CODEC_LIMITS.stackBytes);
  let looks = 0;
  runtime.setInterruptHandler(() => ++looks > CODEC_LIMITS.looks);
  const context = runtime.newContext();
  try {
    evaluate(context, BEFORE, 'codec');
    evaluate(context, script, 'script');
    return call(context, input);
  } catch (error) {
    if (error instanceof KarezError && looks > CODEC_LIMITS.looks) throw failed('it takes too many steps');
    throw error;
  } finally {
    context.dispose();
    runtime.dispose();
  }
}

function call(context: QuickJSContext, { bytes, fPort, timeMs }: CodecInput): unknown {
  const input = {
    bytes,
    ...(fPort === undefined ? {} : { fPort }),
    ...(timeMs === undefined ? {} : { recvTime: timeMs }),
  };
  const json = Scope.withScope((scope) => {
    const run = scope.manage(unwrap(context, context.evalCode(CALL, 'codec')));
    const text = scope.manage(context.newString(JSON.stringify(input)));
    const result = scope.manage(unwrap(context, context.callFunction(run, context.undefined, text)));
    return context.typeof(result) === 'string' ? context.getString(result) : undefined;
  });
  if (json === undefined) throw failed('it gives nothing');
  if (json.length > CODEC_LIMITS.resultChars)
    throw failed(`it gives ${json.length} characters; at most ${CODEC_LIMITS.resultChars} are read`);
  return JSON.parse(json);
}

function evaluate(context: QuickJSContext, code: string, name: string): void {
  unwrap(context, context.evalCode(code, name, { strict: false })).dispose();
}

type Result = ReturnType<QuickJSContext['evalCode']>;

function unwrap(context: QuickJSContext, result: Result) {
  if (!result.error) return result.value;
  const dumped: unknown = context.dump(result.error);
  result.error.dispose();
  throw failed(inWords(dumped));
}

/** What the script threw, cut short: it may throw anything. */
function inWords(thrown: unknown): string {
  const { name, message } = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as Record<string, unknown>;
  if (message === 'out of memory') return 'it asks for more memory than it may have';
  const text =
    typeof message === 'string' ? `${typeof name === 'string' ? `${name}: ` : ''}${message}` : JSON.stringify(thrown);
  return String(text).slice(0, 200);
}

const failed = (text: string) => new KarezError('CODEC_FAILED', text, { where: 'codec' });
