import { EventEmitter } from 'node:events';
import { findReply, groupRegisters, registerValue } from '@karez/edge';
import { type ModbusProfile, profileOf } from '@karez/model';
import ModbusSerial from 'modbus-serial';
import type { DecoderRow } from './rows.ts';
import { recorded } from './speed.ts';

const FRAMES = 1_000;
const profile = profileOf('cwt-soil-7in1') as ModbusProfile;

export const modbusRow: DecoderRow = {
  id: 'modbus',
  what: 'replies with seven registers',
  ours() {
    const reply = recorded(profile)[0] as Uint8Array;
    const [group] = groupRegisters(profile);
    if (group === undefined) throw new Error(`${profile.id} has no registers`);
    const request = {
      address: reply[0] as number,
      function: profile.function,
      register: group.register,
      count: group.count,
    };
    return {
      frames: FRAMES,
      once() {
        let sum = 0;
        for (let i = 0; i < FRAMES; i++) {
          const data = findReply(reply, request) as Uint8Array;
          for (const position of group.channels)
            sum += registerValue(profile.channels[position] as ModbusProfile['channels'][number], group, data);
        }
        return sum;
      },
    };
  },
  plain: {
    what: 'modbus-serial with a port that answers at once, to numbers of registers',
    run() {
      const reply = Buffer.from(recorded(profile)[0] as Uint8Array);
      const modbus = new ModbusSerial.default(new PromptPort(reply));
      modbus.open(() => {});
      modbus.setID(reply[0] as number);
      return {
        frames: FRAMES,
        async once() {
          let sum = 0;
          for (let i = 0; i < FRAMES; i++)
            for (const register of (await modbus.readHoldingRegisters(0, 7)).data) sum += register;
          return sum;
        },
      };
    },
  },
};

/** A port on which each request is answered within the call that writes it. */
class PromptPort extends EventEmitter {
  readonly isOpen = true;
  readonly #reply: Buffer;
  constructor(reply: Buffer) {
    super();
    this.#reply = reply;
  }
  open(done: (error: null) => void): void {
    done(null);
  }
  write(_request: Buffer): void {
    this.emit('data', this.#reply);
  }
}
