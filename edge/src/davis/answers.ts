/** What a console answers to commands (Vantage Serial Communication Reference Manual v2.6.1, sections V, VI and XIII). */
import { crcCcitt } from './crc.ts';

const ACK = 0x06;
/** The reference writes it as 0x21; consoles have been seen that send 21. */
const NAKS = [0x21, 0x15];
const LF = 0x0a;
const CR = 0x0d;
/** SETUP_BITS, bits 4 and 5. */
const COLLECTORS_MM = [0.254, 0.2, 0.1];

/** LF CR: the console is awake. */
export function isAwake(answer: Uint8Array): boolean {
  return answer.some((byte, i) => byte === LF && answer[i + 1] === CR);
}

/** Whether the first byte, line ends of an earlier answer left out, refuses the command. */
export function isRefusal(answer: Uint8Array): boolean {
  const first = answer.find((byte) => byte !== LF && byte !== CR);
  return first !== undefined && NAKS.includes(first);
}

/**
 * What one tip of the rain collector holds, in mm, from the answer to EEBRD 2B 1: ACK, the byte, its CRC.
 * @returns undefined while the answer is not there, or names no collector.
 */
export function collectorClickMm(answer: Uint8Array): number | undefined {
  for (let at = 0; at + 4 <= answer.length; at++) {
    if (answer[at] === ACK && crcCcitt(answer, at + 1, at + 4) === 0)
      return COLLECTORS_MM[((answer[at + 1] as number) >> 4) & 3];
  }
  return undefined;
}
