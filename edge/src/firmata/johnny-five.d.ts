/** What we use of johnny-five and firmata-io, which bring no types. */
declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events';

  interface Pin {
    supportedModes: number[];
    mode: number | undefined;
    value: number;
    state?: number;
    /** 127 where it has none. */
    analogChannel?: number;
  }

  class Firmata extends EventEmitter {
    constructor(transport: EventEmitter, options: { reportVersionTimeout: number; samplingInterval: number });
    readonly pins: Pin[];
    /** Pin number of each analog channel. */
    readonly analogPins: number[];
    readonly firmware: { name: string; version: { major: number; minor: number } };
    readonly RESOLUTION: { ADC: number | null };
    updateDigitalPort(pin: number, value: 0 | 1): number;
    queryPinState(pin: number, callback: () => void): void;
  }

  const firmata: { Firmata: typeof Firmata };

  export type { Firmata, Pin };
  export default firmata;
}

declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events';
  import type { Firmata } from 'firmata-io';

  class Board extends EventEmitter {
    constructor(options: { io: Firmata; repl: false; debug: false; sigint: false; timeout: number });
    readonly MODES: Record<'INPUT' | 'OUTPUT' | 'ANALOG' | 'PWM' | 'I2C' | 'PULLUP', number>;
    readonly io: Firmata;
    pinMode(pin: number, mode: number): void;
    digitalWrite(pin: number, value: 0 | 1): void;
    digitalRead(pin: number, heard: (level: number) => void): void;
    analogRead(channel: number, heard: (value: number) => void): void;
    i2cConfig(options: { delay: number }): void;
    i2cWrite(address: number, bytes: number[]): void;
    i2cReadOnce(address: number, register: number, count: number, heard: (bytes: number[]) => void): void;
    i2cReadOnce(address: number, count: number, heard: (bytes: number[]) => void): void;
  }

  class Relay {
    constructor(options: { pin: number; type: 'NO' | 'NC'; board: Board });
    open(): void;
    close(): void;
  }

  const five: { Board: typeof Board; Relay: typeof Relay };

  export type { Board, Relay };
  export default five;
}
