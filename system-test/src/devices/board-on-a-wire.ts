/**
 * A simulated board and a gateway's own line on one wire, johnny-five in its thread between them. Both clocks run faster than
 * ours, so that a board's start and an interval pass soon.
 */
import {
  type Intake,
  type LoadedConfig,
  type OpenTransport,
  type Rejection,
  type Sample,
  startLine,
  type Transport,
} from '@karez/edge';
import { type BoardWiring, FirmataBoard } from '@karez/firmware-sim';
import { type Clock, profileOf, seededRandom, silentLogger, systemClock } from '@karez/model';

const SPEED = 10;
const fast: Clock = {
  ...systemClock(),
  monoMs: () => performance.now() * SPEED,
  after: (ms, run) => systemClock().after(ms / SPEED, run),
  every: (ms, run) => systemClock().every(ms / SPEED, run),
};
const TICK_MS = 20;

export type BoardLine = Extract<NonNullable<LoadedConfig['config']['lines']>[number], { type: 'firmata' }>;

export interface Heard {
  samples: Sample[];
  rejected: Rejection[];
  line: Awaited<ReturnType<typeof startLine>>;
}

/** A gateway's line with this configuration, over `open`. */
export async function listen(config: BoardLine, open: OpenTransport): Promise<Heard> {
  const samples: Sample[] = [];
  const rejected: Rejection[] = [];
  const intake: Intake = {
    async accept(sample) {
      samples.push(sample);
    },
    reject: (rejection) => rejected.push(rejection),
    ignore() {},
    satelliteTime() {},
  };
  const devices = config.devices.map((d) => ({ ...d, profileRecord: profileOf(d.profile) }));
  const deps = { clock: fast, random: seededRandom(1), logger: silentLogger };
  return { samples, rejected, line: await startLine(config, devices, intake, deps, open) };
}

export interface BoardOnAWire {
  board: FirmataBoard;
  open: OpenTransport;
  /** Between the board and the gateway: what comes out is what the gateway hears. */
  wire: { toGateway(bytes: Uint8Array): Uint8Array };
  unplug(): void;
  plugIn(): void;
  end(): void;
}

/** The board greets when the port is opened, as one does that has its reset line on the port. */
export function boardOnAWire(wiring: BoardWiring): BoardOnAWire {
  const board = new FirmataBoard(wiring, () => fast.monoMs());
  let isOpen = false;
  const transport: Transport = {
    name: 'wire',
    get open() {
      return isOpen;
    },
    get trouble() {
      return isOpen ? null : 'unplugged';
    },
    onOpen() {},
    onBytes() {},
    onClose() {},
    write: (bytes) => deliver(board.take(bytes)),
    async stop() {
      isOpen = false;
    },
  };
  const wire = { toGateway: (bytes: Uint8Array) => bytes };
  function deliver(messages: readonly { bytes: Uint8Array }[]): void {
    for (const { bytes } of messages) if (isOpen) transport.onBytes(wire.toGateway(bytes));
  }
  const stop = fast.every(TICK_MS, () => deliver(board.tick()));
  const plugIn = () => {
    isOpen = true;
    board.restart();
    transport.onOpen();
  };
  return {
    ...{ board, wire, plugIn, end: stop },
    open() {
      queueMicrotask(plugIn);
      return transport;
    },
    unplug() {
      isOpen = false;
      transport.onClose();
    },
  };
}
