/** Answers of the simulator's SDI-12 sensors to a data recorder, with and without a CRC. */
import { Recorder, readValues } from '@karez/edge';
import { dataAnswer, sent } from '@karez/firmware-sim';
import { KarezError, type Random } from '@karez/model';
import { sdi12Sum } from '../checksums.ts';
import { luckOf } from '../damage.ts';
import { handClock, turn } from '../hand-clock.ts';
import type { Found, Subject, Target } from '../target.ts';

const ADDRESSES = '0123456789abcxyzABZ';
/** The recorder's own bound. */
const HOLDS_AT_MOST = 512;
const MARKS = [...Buffer.from('01a+-.!\r\n\0')];
const LF = 0x0a;

const target = (name: string, hasCrc: boolean): Target => ({
  ...{ name, feeding: 'answer', holdsAtMost: HOLDS_AT_MOST, marks: MARKS },
  open: (random) => openRecorder(random, hasCrc),
  oracle(bytes, asked) {
    const found: Found[] = [];
    let from = 0;
    for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, from)) {
      const line = bytes.subarray(from, end);
      const text = Buffer.from(line).toString('latin1').replace(/\r+$/, '');
      for (const at of hasCrc ? allPlaces(text) : [firstPlace(text)]) {
        const key = valuesOf(text.slice(at), String.fromCharCode(asked[0] as number), hasCrc);
        if (key !== undefined) found.push({ key, at: from + at, length: end + 1 - from - at });
      }
      from = end + 1;
    }
    return found;
  },
});

export const sdi12 = target('sdi12', false);
export const sdi12Crc = target('sdi12-crc', true);

/** A CRC proves an answer wherever it begins. */
const allPlaces = (text: string) => [...text].map((_, i) => i);
/** Without one, only what stands behind an echo and behind what cannot be printed is an answer. */
function firstPlace(text: string): number {
  const behindEcho = text.lastIndexOf('!') + 1;
  for (let at = behindEcho; at < text.length; at++) if (/[!-~]/.test(text[at] as string)) return at;
  return text.length;
}

/** The numbers of `a<values>`, by the form of the standard: a sign, up to seven digits, one point at most. */
function valuesOf(text: string, address: string, hasCrc: boolean): string | undefined {
  if (text[0] !== address) return undefined;
  const body = hasCrc ? text.slice(0, -3) : text;
  if (hasCrc && (text.length < 4 || text.slice(-3) !== sdi12Sum(Buffer.from(body, 'latin1')))) return undefined;
  const parts = body.slice(1).match(/[+-][^+-]*/g) ?? [];
  if (parts.join('') !== body.slice(1)) return undefined;
  if (!parts.every((part) => /^[+-](\d+\.?\d*|\.\d+)$/.test(part) && part.replace(/\D/g, '').length <= 7))
    return undefined;
  return JSON.stringify(parts.map((part) => Number(part) + 0));
}

function openRecorder(random: Random, hasCrc: boolean): Subject {
  const { below } = luckOf(random);
  const clock = handClock();
  let isWritten = false;
  const transport = {
    ...{ name: 'line', open: true, trouble: null },
    ...{ onOpen: () => {}, onBytes: (_: Uint8Array) => {}, onClose: () => {} },
    write() {
      isWritten = true;
    },
    stop: async () => {},
  };
  const recorder = new Recorder(transport, clock, {
    ...{ style: 'command', sendsBreak: false, lineEnd: '', answerMs: 100, gapMs: 50, tries: 1, rounds: 1 },
  });
  const taken: string[] = [];
  let refused = 0;
  let isOpen = false;

  async function ask(address: string): Promise<void> {
    isOpen = true;
    isWritten = false;
    recorder
      .ask(`${address}D0!`, (line) => readValues(line, address, hasCrc), { hasCrc })
      .then(
        (values) => taken.push(JSON.stringify(values)),
        (error) => {
          if (!(error instanceof KarezError)) throw error;
          refused++;
        },
      )
      .finally(() => {
        isOpen = false;
      });
    for (await turn(); !isWritten; await turn()) clock.ring();
  }

  return {
    ask: (answer) => ask(String.fromCharCode(answer[0] as number)),
    async next() {
      const address = ADDRESSES[below(ADDRESSES.length)] as string;
      await ask(address);
      const values = Array.from({ length: 1 + below(9) }, () =>
        sent(below(20) === 0 ? Number.NaN : (below(2e6) - 1e6) / 10 ** below(5), below(4)),
      );
      return Uint8Array.from(Buffer.from(dataAnswer(address, values.join(''), hasCrc), 'latin1'));
    },
    feed: (bytes) => transport.onBytes(bytes),
    async settle() {
      for (await turn(); isOpen; await turn()) clock.ring();
    },
    taken: () => taken.splice(0),
    get held() {
      return recorder.heard.length;
    },
    get refused() {
      return refused;
    },
  };
}
