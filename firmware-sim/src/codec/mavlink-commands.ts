/** What a drone hears: commands of a ground station or a gateway (COMMAND_LONG, mavlink.io, service "Command Protocol"). */
import { x25 } from './mavlink.ts';

export interface Command {
  /** MAV_CMD. */
  command: number;
  params: number[];
  targetSystem: number;
  /** Who asked. */
  system: number;
}

const COMMAND_LONG = 76;
const COMMAND_LONG_BYTES = 33;
/** CRC_EXTRA of what hosts send here: heartbeats and commands. */
const EXTRAS: Record<number, number | undefined> = { 0: 50, [COMMAND_LONG]: 152 };

export class CommandReader {
  #held: number[] = [];

  /** Takes bytes of the host; returns the commands that were in them. Everything else is passed over. */
  take(bytes: Uint8Array): Command[] {
    this.#held.push(...bytes);
    const commands: Command[] = [];
    for (;;) {
      while (this.#held.length > 0 && this.#held[0] !== 0xfe && this.#held[0] !== 0xfd) this.#held.shift();
      const length = lengthOf(this.#held);
      if (length === undefined || this.#held.length < length) break;
      const frame = this.#held.slice(0, length);
      const isSound = isWhole(frame);
      this.#held.splice(0, isSound ? length : 1);
      if (isSound && idOf(frame) === COMMAND_LONG) commands.push(commandOf(frame));
    }
    return commands;
  }
}

function lengthOf(bytes: readonly number[]): number | undefined {
  if (bytes.length < 3) return undefined;
  if (bytes[0] === 0xfe) return 8 + (bytes[1] as number);
  return 12 + (bytes[1] as number) + (((bytes[2] as number) & 1) === 1 ? 13 : 0);
}

const headOf = (frame: readonly number[]) => (frame[0] === 0xfe ? 6 : 10);

function idOf(frame: readonly number[]): number {
  if (frame[0] === 0xfe) return frame[5] as number;
  return (frame[7] as number) + (frame[8] as number) * 256 + (frame[9] as number) * 65_536;
}

function isWhole(frame: readonly number[]): boolean {
  const extra = EXTRAS[idOf(frame)];
  if (extra === undefined) return false;
  const end = headOf(frame) + (frame[1] as number);
  const sum = x25([...frame.slice(1, end), extra]);
  return frame[end] === (sum & 0xff) && frame[end + 1] === sum >>> 8;
}

function commandOf(frame: readonly number[]): Command {
  const head = headOf(frame);
  const payload = new Uint8Array(COMMAND_LONG_BYTES);
  payload.set(frame.slice(head, head + (frame[1] as number)).slice(0, COMMAND_LONG_BYTES));
  const view = new DataView(payload.buffer);
  return {
    command: view.getUint16(28, true),
    params: Array.from({ length: 7 }, (_, i) => view.getFloat32(i * 4, true)),
    targetSystem: view.getUint8(30),
    system: frame[frame[0] === 0xfe ? 3 : 5] as number,
  };
}
