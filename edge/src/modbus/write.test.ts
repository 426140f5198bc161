/** The bytes of Waveshare's own examples (waveshare.com/wiki/Modbus_RTU_Relay), and answers in noise. */
import { expect, test } from 'vitest';
import { relayOutputs } from './relay-outputs.ts';
import { encodeTcpWrite, encodeWrite, findEcho, findTcpEcho, type Request, type WriteRequest } from './write.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const write = (register: number, value: number): WriteRequest => ({ address: 1, function: 5, register, value });

test.each([
  ['relay 0 on', write(0, 0xff00), '01050000ff008c3a'],
  ['relay 0 off', write(0, 0), '010500000000cdca'],
  ['relay 0 on for 700 ms', write(0x0200, 7), '0105020000078db0'],
])('%s', (_, request, bytes) => {
  expect(hex(encodeWrite(request))).toBe(bytes);
  const echo = Buffer.from(`00ff${bytes}`, 'hex');
  expect(findEcho(echo, request)).toBeDefined();
  expect(findEcho(echo.subarray(0, -1), request)).toBeUndefined();
});

test('an exception is told, and another answer is none', () => {
  const request = write(0, 0xff00);
  expect(() => findEcho(Buffer.from('018502c351', 'hex'), request)).toThrow('illegal register address');
  expect(findEcho(encodeWrite(write(1, 0xff00)), request)).toBeUndefined();
  expect(findTcpEcho(encodeTcpWrite(7, request), 7, request)).toBeDefined();
  expect(findTcpEcho(encodeTcpWrite(6, request), 7, request)).toBeUndefined();
  expect(() => findTcpEcho(Buffer.from('000700000003018502', 'hex'), 7, request)).toThrow('refuses');
});

test('a board with timed coils is told the whole run and a margin; others are told on', async () => {
  const asked: Request[] = [];
  const ask = async (request: Request) => {
    asked.push(request);
    return Uint8Array.of(1);
  };
  const [timed, plain] = relayOutputs(
    [
      { id: 'a', board: 'waveshare-modbus-rtu-relay', address: 1, relay: 3 },
      { id: 'b', board: 'modbus-coils', address: 1, relay: 4 },
    ],
    ask,
  );
  expect(await timed?.set(100, 20_000)).toBe(100);
  expect(await timed?.set(0, null)).toBe(100);
  await plain?.set(100, 20_000);
  const writes = asked.filter((r) => r.function === 5);
  expect(writes).toEqual([write(0x0202, 250), write(2, 0), write(3, 0xff00)]);
});
