/** Opens a port and waits for it, for those who ask once and go. */
import { KarezError } from '@karez/model';
import type { LinePort } from '../config/port.ts';
import type { EdgeDeps } from '../ports.ts';
import type { OpenTransport, Transport } from '../transport/transport.ts';

const LOOK_EVERY_MS = 20;

/** @throws KarezError TRANSPORT_CLOSED in words where it does not open at once; it is given up then. */
export async function openLine(
  port: LinePort,
  baudRate: number,
  deps: EdgeDeps,
  open: OpenTransport,
): Promise<Transport> {
  const transport = open(port, baudRate, deps);
  const opened = Promise.withResolvers<void>();
  transport.onOpen = () => opened.resolve();
  const stopLooking = deps.clock.every(LOOK_EVERY_MS, () => {
    if (transport.open) opened.resolve();
    else if (transport.trouble !== null && transport.trouble !== 'not opened yet')
      opened.reject(new KarezError('TRANSPORT_CLOSED', transport.trouble));
  });
  try {
    await opened.promise;
  } catch (error) {
    await transport.stop();
    throw error;
  } finally {
    stopLooking();
  }
  return transport;
}
