/** Answers to a Modbus master, RTU and TCP, from the simulator's bus. */
import { type FramingName, framingOf, Master, type ReadRequest } from '@karez/edge';
import { ModbusBus } from '@karez/firmware-sim';
import { KarezError, type Random } from '@karez/model';
import { hexOf, modbusSum } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { handClock, turn } from '../hand-clock.ts';
import { REFUSAL } from '../round.ts';
import type { Found, Subject, Target } from '../target.ts';

/** A master's own bound, twice the longest answer. */
const HOLDS_AT_MOST = 520;
const REGISTERS = 125;

export const modbusRtu: Target = {
  ...{ name: 'modbus-rtu', feeding: 'answer', holdsAtMost: HOLDS_AT_MOST, marks: [1, 3, 0x83, 14] },
  open: (random) => openMaster('rtu', random),
  oracle(bytes, asked) {
    const [address, code, count] = asked as unknown as [number, number, number];
    return answersIn(bytes, 0, (at) => {
      if (bytes[at] !== address) return undefined;
      if (bytes[at + 1] === (code | 0x80)) return isSealed(bytes, at, 5) ? { length: 5, key: REFUSAL } : undefined;
      const length = 5 + count;
      if (bytes[at + 1] !== code || bytes[at + 2] !== count || !isSealed(bytes, at, length)) return undefined;
      return { length, key: hexOf(bytes.subarray(at + 3, at + length - 2)) };
    });
  },
};

export const modbusTcp: Target = {
  ...{ name: 'modbus-tcp', feeding: 'answer', holdsAtMost: HOLDS_AT_MOST, marks: [0, 1, 3, 17] },
  open: (random) => openMaster('tcp', random),
  oracle(bytes, asked) {
    const count = asked[8] as number;
    const head = [...asked.subarray(0, 4)];
    return answersIn(bytes, 0, (at) => {
      if (head.some((byte, i) => bytes[at + i] !== byte) || bytes[at + 4] !== 0) return undefined;
      const [length, unit, code] = [bytes[at + 5] as number, bytes[at + 6], bytes[at + 7]];
      if (unit !== asked[6] || at + 6 + length > bytes.length) return undefined;
      if (code === ((asked[7] as number) | 0x80)) return length === 3 ? { length: 9, key: REFUSAL } : undefined;
      if (code !== asked[7] || bytes[at + 8] !== count || length !== 3 + count) return undefined;
      return { length: 9 + count, key: hexOf(bytes.subarray(at + 9, at + 9 + count)) };
    });
  },
};

/** Every answer, also one that begins inside another: the master may have heard the rest of it only later. */
function answersIn(
  bytes: Uint8Array,
  from: number,
  answerAt: (at: number) => { length: number; key: string } | undefined,
): Found[] {
  const found: Found[] = [];
  for (let at = from; at < bytes.length; at++) {
    const answer = answerAt(at);
    if (answer !== undefined) found.push({ at, ...answer });
  }
  return found;
}

function isSealed(bytes: Uint8Array, at: number, length: number): boolean {
  if (at + length > bytes.length) return false;
  const sum = modbusSum(bytes.subarray(at, at + length - 2));
  return bytes[at + length - 2] === (sum & 0xff) && bytes[at + length - 1] === sum >> 8;
}

function openMaster(name: FramingName, random: Random): Subject {
  const { below } = luckOf(random);
  const clock = handClock();
  let registers: number[] = [];
  const bus = new ModbusBus(() => registers);
  let written: Uint8Array | undefined;
  const transport = {
    ...{ name: 'line', open: true, trouble: null },
    ...{ onOpen: () => {}, onBytes: (_: Uint8Array) => {}, onClose: () => {} },
    write(bytes: Uint8Array) {
      written = bytes.slice();
    },
    stop: async () => {},
  };
  const framing = framingOf(name);
  const master = new Master(transport, clock, { framing, baudRate: 9_600, timeoutMs: 100, turnaroundMs: 0 });
  const taken: string[] = [];
  let refused = 0;
  let isOpen = false;

  function ask(request: ReadRequest): void {
    isOpen = true;
    written = undefined;
    master
      .ask(request)
      .then(
        (data) => taken.push(hexOf(data)),
        (error) => {
          if (!(error instanceof KarezError)) throw error;
          refused++;
        },
      )
      .finally(() => {
        isOpen = false;
      });
  }

  async function asked(request: ReadRequest): Promise<void> {
    ask(request);
    for (await turn(); written === undefined; await turn()) clock.ring();
  }

  return {
    async ask(answer) {
      const [address, , count] = name === 'rtu' ? answer : answer.subarray(6);
      const request = { address: address as number, function: 3, register: 0, count: (count as number) / 2 } as const;
      // Modbus TCP counts its questions: up to the one that this answers.
      const number = name === 'rtu' ? 1 : ((answer[0] as number) << 8) | (answer[1] as number);
      for (let i = 1; i <= number; i++) {
        await asked(request);
        if (i < number) await this.settle();
      }
      refused = 0;
    },
    async next() {
      registers = Array.from({ length: REGISTERS }, () => below(65_536));
      const count = 1 + below(below(3) === 0 ? REGISTERS : 8);
      await asked({ address: 1 + below(247), function: 3, register: below(REGISTERS - count + 1), count });
      const request = written as Uint8Array;
      const plain = name === 'rtu' ? request : sealed(request.subarray(6));
      const reply = bus.take(plain)[0]?.reply as Uint8Array;
      if (name === 'rtu') return reply;
      const pdu = reply.subarray(0, -2);
      return Uint8Array.of(...request.subarray(0, 4), 0, pdu.length, ...pdu);
    },
    feed: (bytes) => transport.onBytes(bytes),
    async settle() {
      for (await turn(); isOpen; await turn()) clock.ring();
    },
    taken: () => taken.splice(0),
    get held() {
      return master.heard.length;
    },
    get refused() {
      return refused;
    },
  };
}

function sealed(bytes: Uint8Array): Uint8Array {
  const sum = modbusSum(bytes);
  return Uint8Array.of(...bytes, sum & 0xff, sum >> 8);
}
