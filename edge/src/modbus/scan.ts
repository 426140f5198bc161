/**
 * Finds the devices on a Modbus line: asks every address for one register and takes any sound answer, also a refusal, for
 * a device. Speeds are tried one after another, for a device at another speed keeps silent.
 */
import { codeOf, KarezError, messageOf } from '@karez/model';
import { openLine } from '../device/open-line.ts';
import type { ScanHost, ScanRequest } from '../device/scanners.ts';
import { framingOf } from './framing.ts';
import { Master } from './master.ts';
import type { ReadRequest } from './read.ts';

/** The makers' defaults, the most usual first. */
const SPEEDS = [9600, 4800, 19_200, 2400, 38_400, 57_600, 115_200];
/** Most probes answer within 50 ms; the wire's own time is added. */
const TIMEOUT_MS = 150;
/** Through a network and whatever stands behind it. */
const TCP_TIMEOUT_MS = 400;
const ADDRESSES = Array.from({ length: 247 }, (_, i) => String(i + 1));

export async function scanModbus(request: ScanRequest, host: ScanHost): Promise<void> {
  const { port, isThorough, addresses = ADDRESSES } = request;
  const own = 'serial' in port && port.baudRate !== undefined ? [port.baudRate] : SPEEDS;
  const speeds = 'tcp' in port ? [undefined] : (request.speeds ?? own);
  let found = 0;
  for (const [i, baudRate] of speeds.entries()) {
    if (host.isStopped() || (found > 0 && !isThorough)) return;
    const left = speeds.length > 1 ? `, speed ${i + 1} of ${speeds.length}` : '';
    found += await scanAt(request, baudRate, addresses, host, left);
  }
}

/** One speed. Returns how many were found. */
async function scanAt(
  { port, isTcp }: ScanRequest,
  baudRate: number | undefined,
  addresses: readonly string[],
  host: ScanHost,
  left: string,
): Promise<number> {
  const { deps, open, found, progress, isStopped } = host;
  const speed = baudRate ?? 9600;
  const transport = await openLine('serial' in port ? { ...port, baudRate: speed } : port, speed, deps, open);
  const master = new Master(transport, deps.clock, {
    framing: framingOf(isTcp ? 'tcp' : 'rtu'),
    baudRate: speed,
    timeoutMs: 'tcp' in port ? TCP_TIMEOUT_MS : TIMEOUT_MS,
    turnaroundMs: 5,
  });
  let count = 0;
  try {
    for (const [i, address] of addresses.entries()) {
      if (isStopped()) break;
      const at = baudRate === undefined ? '' : ` at ${baudRate} baud`;
      progress(`address ${address}${at} (${i + 1} of ${addresses.length}${left}), ${count} found`);
      const said = await ask(master, Number(address));
      if (said === undefined) continue;
      count++;
      found({ address, said, ...(baudRate === undefined ? {} : { baudRate }) });
    }
  } finally {
    await transport.stop();
  }
  return count;
}

/** What a device at `address` says, or undefined where nobody is. Throws TRANSPORT_CLOSED. */
async function ask(master: Master, address: number): Promise<string | undefined> {
  const request: ReadRequest = { address, function: 3, register: 0, count: 1 };
  try {
    const [high, low] = (await master.ask(request)) as unknown as [number, number];
    return `holding register 0 is ${(high << 8) | low}`;
  } catch (error) {
    switch (codeOf(error)) {
      case 'DEVICE_TIMEOUT':
        return undefined;
      case 'DEVICE_EXCEPTION':
        return `answers; ${messageOf(error).replace(/^address \d+ refuses: /, 'refuses holding register 0: ')}`;
      case 'FRAME_UNEXPECTED':
      case 'FRAME_CHECKSUM':
      case 'FRAME_TOO_SHORT':
      case 'FRAME_MALFORMED':
        return `something answers, but not well: ${messageOf(error)}; do two devices have this address, is the line sound?`;
      default:
        throw error instanceof KarezError ? error : new KarezError('TRANSPORT_CLOSED', messageOf(error));
    }
  }
}
