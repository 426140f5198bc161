/** What switches: a relay on a board, a coil on a bus, a plug on the radio. The actuators of the configuration stand behind it. */
import type { LineOutputs } from '../ports.ts';

export interface Output {
  id: string;
  /**
   * Sets it, and resolves with what the device then says it is, percent.
   * @param runMs where it is out of its safe state, for how long: for devices that count themselves.
   * @throws KarezError TRANSPORT_CLOSED, DEVICE_TIMEOUT, DEVICE_EXCEPTION and others: nobody knows how it is.
   */
  set(value: number, runMs: number | null): Promise<number>;
  /** What the device says it is, percent. Throws as `set` does. */
  read(): Promise<number>;
}

/** Outputs of a board with Firmata. */
export function boardOutputs(outputs: LineOutputs): Output[] {
  const stateOf = (id: string) => outputs.states().find((state) => state.id === id)?.on;
  return outputs.states().map(({ id }) => ({
    id,
    async set(value) {
      await outputs.set(id, value > 0);
      return stateOf(id) ? 100 : 0;
    },
    async read() {
      const on = stateOf(id);
      if (on === null || on === undefined) throw new Error('the board is away');
      return on ? 100 : 0;
    },
  }));
}
