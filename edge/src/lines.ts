/** From a line of the configuration to what speaks on it. */
import type { ConfiguredDevice, LineConfig } from './config.ts';
import { startDavisConsole } from './davis/console.ts';
import { startModbusBus } from './modbus/bus.ts';
import { startNmeaLink } from './nmea/link.ts';
import type { DeviceLine, EdgeDeps, Intake } from './ports.ts';
import { startSdi12Bus } from './sdi12/bus.ts';
import type { OpenTransport } from './transport/transport.ts';

export { startDeviceBroker } from './mqtt/device-broker.ts';

/** Starts one line; its port opens by itself, now or when it appears, by `open` where somebody wants to look on. */
export async function startLine(
  line: LineConfig,
  devices: readonly ConfiguredDevice[],
  intake: Intake,
  deps: EdgeDeps,
  open?: OpenTransport,
): Promise<DeviceLine> {
  switch (line.type) {
    case 'modbus':
      return startModbusBus(line, devices, intake, deps, open);
    case 'davis':
      return startDavisConsole(line, devices, intake, deps, open);
    case 'nmea':
      return startNmeaLink(line, devices, intake, deps, open);
    case 'sdi12':
      return startSdi12Bus(line, devices, intake, deps, open);
    case 'mavlink': {
      // Loaded only where there is such a line: the definitions of all messages are large.
      const { startMavlinkLink } = await import('./mavlink/link.ts');
      return startMavlinkLink(line, devices, intake, deps, open);
    }
    case 'firmata': {
      const { startBoardLine } = await import('./firmata/board-line.ts');
      return startBoardLine(line, devices, intake, deps, open);
    }
  }
}
