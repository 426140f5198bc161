/** Relays of boards on a Modbus line, as outputs: written, read back, looked at. Which boards there are is data (model, relay-boards.ts). */
import { BOARD_MARGIN_MS, KarezError, RELAY_BOARDS, type RelayBoard } from '@karez/model';
import type { Output } from '../commands/output.ts';
import type { RelayOutput } from './line-config.ts';
import { OFF, ON, type Request, type WriteRequest } from './write.ts';

type Ask = (request: Request) => Promise<Uint8Array>;

/** Tries of each request; what is written is absolute, so that once more changes nothing. */
const TRIES = 3;
/** Coils that one look reads, for all relays of a board that are looked at together. */
const AT_ONCE = 8;

export function relayOutputs(relays: readonly RelayOutput[], ask: Ask): Output[] {
  const looks = new Map<string, Promise<Uint8Array>>();

  /** Coils of one board, eight at a time; whoever asks while somebody else does gets the same answer. */
  function coils(address: number, first: number, count: number): Promise<Uint8Array> {
    const key = `${address} ${first}`;
    const known = looks.get(key);
    if (known !== undefined) return known;
    const look = again(() => ask({ address, function: 1, register: first, count })).finally(() => looks.delete(key));
    looks.set(key, look);
    return look;
  }

  return relays.map(({ id, board: name, address, relay }): Output => {
    const board: RelayBoard = RELAY_BOARDS[name];
    const coil = relay - 1;
    const readBack = async () => {
      const [byte] = await again(() => ask({ address, function: 1, register: coil, count: 1 }));
      return ((byte as number) & 1) === 1 ? 100 : 0;
    };
    return {
      id,
      async set(value, runMs) {
        await again(() => ask(writeFor(board, { address, coil, value, runMs })));
        return readBack();
      },
      async read() {
        const group = relays.filter((r) => r.address === address).map((r) => r.relay);
        const first = coil - (coil % AT_ONCE);
        const last = Math.max(...group.filter((r) => r - 1 < first + AT_ONCE)) - 1;
        const [byte] = await coils(address, first, last - first + 1);
        return (((byte as number) >> (coil - first)) & 1) === 1 ? 100 : 0;
      },
    };
  });
}

function writeFor(
  { timedOn }: RelayBoard,
  { address, coil, value, runMs }: { address: number; coil: number; value: number; runMs: number | null },
): WriteRequest {
  const write = (register: number, what: number): WriteRequest => ({ address, function: 5, register, value: what });
  if (value === 0 || timedOn === undefined || runMs === null) return write(coil, value === 0 ? OFF : ON);
  const units = Math.ceil((runMs + BOARD_MARGIN_MS) / timedOn.unitMs);
  return write(timedOn.register + coil, Math.min(units, timedOn.mostUnits));
}

async function again(ask: () => Promise<Uint8Array>): Promise<Uint8Array> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof KarezError)) throw error;
      const isFinal = error.code === 'TRANSPORT_CLOSED' || error.code === 'DEVICE_EXCEPTION';
      if (attempt >= TRIES || isFinal) throw error;
    }
  }
}
