/**
 * Writing one coil (MODBUS Application Protocol V1.1b3, section 6.5): a request of function 5, which the device answers with
 * the same bytes. An adapter that hears itself answers so too; only reading back tells what the device did.
 */
import { crc16 } from './crc.ts';
import { exceptionError, type ReadRequest } from './read.ts';

export interface WriteRequest {
  address: number;
  function: 5;
  /** Number of the coil, or what a maker has put there. */
  register: number;
  /** 0xFF00 on, 0x0000 off; a maker's other meanings. */
  value: number;
}

export type Request = ReadRequest | WriteRequest;

export const ON = 0xff00;
export const OFF = 0x0000;

export const isWrite = (request: Request): request is WriteRequest => request.function === 5;

/** Function and data: five bytes. */
export const writePdu = ({ function: code, register, value }: WriteRequest): number[] => [
  ...[code, register >> 8, register & 0xff, value >> 8, value & 0xff],
];

const BYTES = 8;
const EXCEPTION_BYTES = 5;

/** The eight bytes of an RTU request. */
export function encodeWrite(request: WriteRequest): Uint8Array {
  const frame = new Uint8Array(BYTES);
  frame.set([request.address, ...writePdu(request)]);
  const crc = crc16(frame, 0, BYTES - 2);
  frame.set([crc & 0xff, crc >> 8], BYTES - 2);
  return frame;
}

/** The answer to an RTU request in `bytes`, or undefined while it is not there. Throws DEVICE_EXCEPTION, DEVICE_TIMEOUT. */
export function findEcho(bytes: Uint8Array, request: WriteRequest): Uint8Array | undefined {
  const wanted = encodeWrite(request);
  for (let at = 0; at + EXCEPTION_BYTES <= bytes.length; at++) {
    const part = bytes.subarray(at);
    if (wanted.every((byte, i) => part[i] === byte)) return wanted.subarray(2, BYTES - 2);
    if (part[0] !== request.address || part[1] !== (request.function | 0x80)) continue;
    const crc = crc16(part, 0, EXCEPTION_BYTES - 2);
    if (part[3] === (crc & 0xff) && part[4] === crc >> 8) throw exceptionError(request.address, part[2] as number);
  }
  return undefined;
}

/** The twelve bytes of a Modbus TCP request. */
export const encodeTcpWrite = (transaction: number, request: WriteRequest): Uint8Array =>
  Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, 0, 6, request.address, ...writePdu(request));

/** The same of Modbus TCP. */
export function findTcpEcho(bytes: Uint8Array, transaction: number, request: WriteRequest): Uint8Array | undefined {
  const wanted = encodeTcpWrite(transaction, request);
  for (let at = 0; at + 9 <= bytes.length; at++) {
    const part = bytes.subarray(at);
    if (wanted.every((byte, i) => part[i] === byte)) return wanted.subarray(8);
    const isException =
      part[0] === wanted[0] && part[1] === wanted[1] && part[6] === request.address && part[7] === 0x85;
    if (isException) throw exceptionError(request.address, part[8] as number);
  }
  return undefined;
}
