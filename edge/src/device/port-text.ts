/** A port as it is written on the command line: `/dev/ttyUSB0`, `/dev/ttyUSB0@9600` or `192.168.1.20:4001`. */
import { KarezError } from '@karez/model';
import type { LinePort } from '../config/port.ts';

export interface PortOptions {
  baudRate?: number;
  parity?: 'none' | 'even' | 'odd';
}

/** @throws KarezError REQUEST_INVALID saying what a port looks like. */
export function portFrom(text: string, { baudRate, parity }: PortOptions = {}): LinePort {
  const tcp = /^(?:tcp:\/\/)?([^/:@\s]+):([0-9]{1,5})$/.exec(text);
  if (tcp !== null && Number(tcp[2]) >= 1 && Number(tcp[2]) <= 65_535) return { tcp: `${tcp[1]}:${tcp[2]}` };
  const serial = /^([^@\s]*[/\\][^@\s]*|COM[0-9]+)(?:@([0-9]+))?$/i.exec(text);
  if (serial === null)
    throw new KarezError(
      'REQUEST_INVALID',
      `"${text}" is no port: give a path like /dev/ttyUSB0 or /dev/ttyUSB0@9600, or an address like 192.168.1.20:4001`,
      { where: 'port' },
    );
  const speed = serial[2] === undefined ? baudRate : Number(serial[2]);
  return {
    serial: serial[1] as string,
    ...(speed === undefined ? {} : { baudRate: speed }),
    ...(parity === undefined ? {} : { parity }),
  };
}

export const portName = (port: LinePort): string => ('serial' in port ? port.serial : port.tcp);
