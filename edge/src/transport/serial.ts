/** A serial device of this machine. */
import { SerialPort } from 'serialport';
import type { LinePort } from '../config/port.ts';
import type { Connection, ConnectionEvents } from './connection.ts';

type SerialLine = Extract<LinePort, { serial: string }> & { baudRate: number };

export function connectSerial(line: SerialLine, events: ConnectionEvents): Connection {
  const { serial: path, baudRate, parity = 'none', dataBits = 8, stopBits = 1 } = line;
  // Opened by hand: only the callback tells a failure to open from an error later on.
  const port = new SerialPort({ path, baudRate, parity, stopBits, dataBits, autoOpen: false });
  const ended = Promise.withResolvers<void>();
  let isOver = false;
  const end = (cause?: Error) => {
    if (isOver) return;
    isOver = true;
    events.ended(cause);
    ended.resolve();
  };
  // `destroy()` would leave the file open and locked: a port is closed, never destroyed.
  const close = () => {
    if (port.isOpen) port.close((error) => end(error ?? undefined));
  };
  let isUnwanted = false;
  port.on('data', (chunk: Buffer) => events.bytes(chunk));
  port.on('close', (error: Error | null) => end(error ?? undefined));
  port.on('error', (error) => {
    if (port.isOpen) close();
    end(error);
  });
  port.open((error) => {
    if (error) end(error);
    else if (isUnwanted) close();
    else events.opened();
  });
  return {
    get waiting() {
      return port.writableLength;
    },
    write: (bytes) => void port.write(Buffer.from(bytes)),
    // A pseudo-terminal, and some drivers, refuse it.
    setBreak: (isOn) =>
      new Promise((resolve) => {
        port.drain((error) => (error ? resolve(false) : port.set({ brk: isOn }, (refused) => resolve(!refused))));
      }),
    async close() {
      isUnwanted = true;
      close();
      await ended.promise;
    },
  };
}
