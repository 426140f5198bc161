/**
 * Relays of a board. Each is set to its safe state whenever the board is taken up, and before the gateway lets go of it. While
 * the cable is out, StandardFirmata leaves them as they are: it has no watchdog.
 */
import { KarezError } from '@karez/model';
import type { LineOutputs } from '../ports.ts';
import type { BoardAnswer, BoardOrder, BoardPlan } from './board.ts';
import type { BoardOutput } from './line-config.ts';

type Ask = <O extends BoardOrder>(order: O) => Promise<BoardAnswer<O>>;

export const planOf = ({ pin, activeLow = false, safe = 'off' }: BoardOutput): BoardPlan['outputs'][number] => ({
  ...{ pin, activeLow, safe: safe === 'on' },
});

export class BoardOutputs implements LineOutputs {
  readonly #outputs: readonly BoardOutput[];
  readonly #ask: Ask;
  /** By id. */
  readonly #on = new Map<string, boolean>();

  constructor(outputs: readonly BoardOutput[], ask: Ask) {
    this.#outputs = outputs;
    this.#ask = ask;
  }

  /** The board was taken up; `isFit` tells which outputs it has. */
  began(isFit: (pin: number) => boolean): void {
    for (const output of this.#outputs) if (isFit(output.pin)) this.#on.set(output.id, planOf(output).safe);
  }

  lost(): void {
    this.#on.clear();
  }

  states(): { id: string; on: boolean | null; safe: boolean }[] {
    return this.#outputs.map((output) => ({
      ...{ id: output.id, on: this.#on.get(output.id) ?? null, safe: planOf(output).safe },
    }));
  }

  async set(id: string, on: boolean): Promise<void> {
    const output = this.#outputs.find((o) => o.id === id);
    if (output === undefined) throw new KarezError('NOT_FOUND', `no output "${id}" is on this line`, { where: id });
    const is = await this.#ask({ what: 'switch', pin: output.pin, on });
    this.#on.set(id, is);
    if (is !== on)
      throw new KarezError('DEVICE_EXCEPTION', `${id} (pin ${output.pin}) did not switch ${on ? 'on' : 'off'}`, {
        where: id,
      });
  }

  /** Sets all to their safe state; whoever does not obey is left. */
  async makeSafe(): Promise<void> {
    for (const { id, on, safe } of this.states()) {
      if (on === null || on === safe) continue;
      await this.set(id, safe).catch(() => {});
    }
  }
}
