/**
 * Reads of registers, coils and inputs, whatever carries them (MODBUS Application Protocol V1.1b3, sections 6.1 to 6.4
 * and 7): what is asked, how many bytes the answer has, what an exception means.
 */
import { KarezError } from '@karez/model';

export interface ReadRequest {
  /** Address on a serial line, unit identifier behind a TCP gateway. */
  address: number;
  function: 1 | 2 | 3 | 4;
  register: number;
  /** Registers, or coils or inputs. */
  count: number;
}

/** Bytes of data in the answer: two for each register, a bit for each coil or input. */
export function dataBytes({ function: code, count }: Pick<ReadRequest, 'function' | 'count'>): number {
  return code <= 2 ? Math.ceil(count / 8) : count * 2;
}

/** Function and data of a request: five bytes. */
export function requestPdu({ function: code, register, count }: ReadRequest): number[] {
  return [code, register >> 8, register & 0xff, count >> 8, count & 0xff];
}

/** What was read, in words: "7 registers", "16 inputs". */
export function amountOf(code: number, bytes: number): string {
  if (code <= 2) return `${bytes * 8} ${code === 1 ? 'coils' : 'inputs'}`;
  return `${bytes / 2} ${bytes === 2 ? 'register' : 'registers'}`;
}

/** What an exception code means (section 7). */
const EXCEPTIONS: Record<number, string> = {
  1: 'illegal function',
  2: 'illegal register address',
  3: 'illegal value',
  4: 'device failure',
  5: 'acknowledged, needs long',
  6: 'device busy',
  8: 'memory parity error',
  10: 'gateway path unavailable',
};
/** A gateway says that the device behind it is silent. */
const TARGET_SILENT = 11;

/** The error of an exception answer: DEVICE_EXCEPTION, or DEVICE_TIMEOUT where a gateway says that its device is silent. */
export function exceptionError(address: number, exception: number): KarezError {
  if (exception === TARGET_SILENT)
    return new KarezError('DEVICE_TIMEOUT', `the gateway says that address ${address} does not answer`, {
      where: `exception ${exception}`,
    });
  return new KarezError(
    'DEVICE_EXCEPTION',
    `address ${address} refuses: ${EXCEPTIONS[exception] ?? `exception ${exception}`}`,
    { where: `exception ${exception}` },
  );
}
