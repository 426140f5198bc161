/** Finds the sensors of an SDI-12 bus: asks every address what it is (v1.4, section 4.4.2). */
import { codeOf, KarezError, messageOf, PROFILES } from '@karez/model';
import { openLine } from '../device/open-line.ts';
import type { ScanHost, ScanRequest } from '../device/scanners.ts';
import { adapterPort, adapterTiming } from './adapter.ts';
import { type Identity, isAddress, readAddress, readIdentity } from './answers.ts';
import { wrongSensor } from './decode-frame.ts';
import type { Sdi12LineConfig } from './line-config.ts';
import { Recorder } from './recorder.ts';

/** Section 4.3: digits first, then letters. */
const ADDRESSES = [...'0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

export async function scanSdi12(request: ScanRequest, host: ScanHost): Promise<void> {
  const { deps, open, found, progress, isStopped } = host;
  const { addresses = ADDRESSES } = request;
  const wrong = addresses.find((address) => !isAddress(address));
  if (wrong !== undefined)
    throw new KarezError('REQUEST_INVALID', `an SDI-12 address is a digit or a letter, not "${wrong}"`, {
      where: 'addresses',
    });
  const config: Sdi12LineConfig = {
    ...{ type: 'sdi12', adapter: request.adapter ?? 'command', port: request.port, devices: [] },
  };
  const { port, baudRate } = adapterPort(config);
  const transport = await openLine(port, request.speeds?.[0] ?? baudRate, deps, open);
  const recorder = new Recorder(transport, deps.clock, adapterTiming(config));
  let count = 0;
  try {
    progress('waiting for the adapter');
    await somebody(recorder);
    for (const [i, address] of addresses.entries()) {
      if (isStopped()) break;
      progress(`address ${address} (${i + 1} of ${addresses.length}), ${count} found`);
      const said = await ask(recorder, address);
      if (said === undefined) continue;
      count++;
      found({ address, said });
    }
  } finally {
    await transport.stop();
  }
}

/** Asks for any address (section 4.4.3): gives an adapter that opening has restarted the time to come up. */
async function somebody(recorder: Recorder): Promise<void> {
  try {
    await recorder.ask('?!', (line) => readAddress(line, '?'), { rounds: 3 });
  } catch (error) {
    // Several sensors answer at once, so what comes may be anything, or nothing.
    if (codeOf(error) === 'TRANSPORT_CLOSED') throw error;
  }
}

/** What a sensor at `address` says, or undefined where nobody is. Throws TRANSPORT_CLOSED. */
async function ask(recorder: Recorder, address: string): Promise<string | undefined> {
  try {
    return inWords(await recorder.ask(`${address}I!`, (line) => readIdentity(line, address), { rounds: 1 }));
  } catch (error) {
    const code = codeOf(error);
    if (code === 'DEVICE_TIMEOUT') return undefined;
    if (code === undefined || code === 'TRANSPORT_CLOSED') throw error;
    return `something answers, but not well: ${messageOf(error)}; do two sensors have this address, is the line sound?`;
  }
}

function inWords(identity: Identity): string {
  const { vendor, model, firmware, serial, version } = identity;
  const fits = PROFILES.filter((p) => p.protocol === 'sdi12')
    .filter((p) => p.identity !== undefined && wrongSensor(p, identity) === undefined)
    .map((p) => p.id);
  const name = [vendor.trim(), model.trim(), firmware, serial].filter((part) => part !== '').join(' ');
  return `${name}, SDI-12 ${version}${fits.length === 0 ? '' : `: profile ${fits.join(' or ')}`}`;
}
