/** Relay boards on Modbus, as data: one record each, used by the gateway's relay outputs. A new board is a new row. */

export interface RelayBoard {
  title: string;
  /** The document that it was written from. */
  source: string;
  /** Relays that a board of the kind may have; relay 1 is coil 0. */
  relays: number;
  /** Of the maker, where the line says nothing. */
  baudRate: number;
  /** On for a time, which the board itself counts: function 5 at `register` + coil, the time in units. */
  timedOn?: { register: number; unitMs: number; mostUnits: number };
}

export const RELAY_BOARDS = {
  'waveshare-modbus-rtu-relay': {
    title: 'Waveshare Modbus RTU Relay, 8, 16 or 32 channels',
    source:
      'waveshare.com/wiki/Modbus_RTU_Relay, "Development Protocol V2": control of a single relay, flash on and flash off, read states of relays',
    relays: 32,
    baudRate: 9_600,
    timedOn: { register: 0x0200, unitMs: 100, mostUnits: 0x7fff },
  },
  'modbus-coils': {
    title: 'Any device whose outputs are coils 0 and up, by functions 1 and 5',
    source: 'MODBUS Application Protocol V1.1b3, sections 6.1 and 6.5',
    relays: 256,
    baudRate: 9_600,
  },
} as const satisfies Record<string, RelayBoard>;
export type RelayBoardId = keyof typeof RELAY_BOARDS;

/** By how much longer a board may count than the gateway, which is to be the first to end a run, ms. */
export const BOARD_MARGIN_MS = 5_000;

/** Longest run that a board counts by itself, s; undefined where it counts none. */
export function longestTimedS(board: RelayBoard): number | undefined {
  if (board.timedOn === undefined) return undefined;
  return Math.floor((board.timedOn.unitMs * board.timedOn.mostUnits - BOARD_MARGIN_MS) / 1000);
}
