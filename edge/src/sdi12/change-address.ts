/**
 * Gives a sensor another address (SDI-12 v1.4, section 4.4.4), which it keeps for good. Two sensors with one address can
 * hardly be told apart again on the bus, so the new one must be free and the old one must be answered by a single sensor.
 */
import { type Clock, codeOf, KarezError, messageOf } from '@karez/model';
import type { LinePort } from '../config/port.ts';
import { openLine } from '../device/open-line.ts';
import type { EdgeDeps } from '../ports.ts';
import type { OpenTransport } from '../transport/transport.ts';
import { adapterPort, adapterTiming } from './adapter.ts';
import { isAddress, readAddress } from './answers.ts';
import type { Sdi12LineConfig } from './line-config.ts';
import { Recorder } from './recorder.ts';

/** The sensor need not answer while it writes its memory. */
const WRITING_MS = 1_000;

export interface AddressChange {
  port: LinePort;
  adapter: Sdi12LineConfig['adapter'];
  from: string;
  to: string;
}

/** Opens the port, changes the address and lets go. Throws KarezError in words. */
export async function changeSdi12Address(
  { port, adapter, from, to }: AddressChange,
  deps: EdgeDeps,
  open: OpenTransport,
): Promise<void> {
  const config: Sdi12LineConfig = { type: 'sdi12', adapter, port, devices: [] };
  const settled = adapterPort(config);
  const transport = await openLine(settled.port, settled.baudRate, deps, open);
  try {
    await changeAddress(new Recorder(transport, deps.clock, adapterTiming(config)), deps.clock, from, to);
  } finally {
    await transport.stop();
  }
}

/** Resolves once the sensor has answered at its new address. Throws KarezError REQUEST_INVALID, DEVICE_TIMEOUT, FRAME_*, DEVICE_EXCEPTION. */
export async function changeAddress(recorder: Recorder, clock: Clock, from: string, to: string): Promise<void> {
  for (const address of [from, to])
    if (!isAddress(address))
      throw new KarezError('REQUEST_INVALID', `an SDI-12 address is a digit or a letter, not "${address}"`, {
        where: 'address',
      });
  if (from === to) throw new KarezError('REQUEST_INVALID', `it has the address ${to} already`, { where: 'address' });
  if ((await whoIsAt(recorder, to)) !== 'nobody')
    throw new KarezError('REQUEST_INVALID', `address ${to} is in use on this bus`, { where: 'address' });
  await recorder.ask(`${from}!`, (line) => readAddress(line, from));
  // Sent once: the answer may be lost while the sensor already has its new address.
  const answer = await recorder
    .ask(`${from}A${to}!`, (line) => readEither(line, from, to), { rounds: 1, tries: 1 })
    .catch((error: unknown) => {
      if (codeOf(error) === 'TRANSPORT_CLOSED') throw error;
      return undefined;
    });
  if (answer === from)
    throw new KarezError(
      'DEVICE_EXCEPTION',
      `the sensor keeps address ${from}: its address cannot be changed like this`,
      {
        where: `address ${from}`,
      },
    );
  await new Promise<void>((resolve) => clock.after(WRITING_MS, resolve));
  await recorder.ask(`${to}!`, (line) => readAddress(line, to));
  if ((await whoIsAt(recorder, from)) !== 'nobody')
    throw new KarezError('DEVICE_EXCEPTION', `address ${from} is still answered: two sensors had it`, {
      where: `address ${from}`,
    });
}

async function whoIsAt(recorder: Recorder, address: string): Promise<'nobody' | 'somebody'> {
  try {
    await recorder.ask(`${address}!`, (line) => readAddress(line, address));
    return 'somebody';
  } catch (error) {
    if (codeOf(error) === 'DEVICE_TIMEOUT') return 'nobody';
    if (codeOf(error) === 'TRANSPORT_CLOSED') throw error;
    // Garbled: several answer at once.
    return 'somebody';
  }
}

function readEither(line: string, from: string, to: string): string {
  try {
    return readAddress(line, to);
  } catch (error) {
    if (line === from) return from;
    throw new KarezError('FRAME_MALFORMED', messageOf(error));
  }
}
