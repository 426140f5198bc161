/**
 * A port as it is written on the command line: `/dev/ttyUSB0`, `/dev/ttyUSB0@9600` or `192.168.1.20:4001`; for MAVLink also
 * `udpin:`, `udpout:` and `tcpin:` with an address, as ground stations write them.
 */
import { KarezError } from '@karez/model';
import { type AnyPort, type LinePort, portName } from '../config/port.ts';

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

export { portName };

const PEER_KEYS = { udpin: 'udpListen', udpout: 'udp', tcpin: 'tcpListen' } as const;

/** The same, or a port where several may speak. Throws REQUEST_INVALID. */
export function anyPortFrom(text: string, options: PortOptions = {}): AnyPort {
  const peers = /^(udpin|udpout|tcpin):([^/:@\s]+:[0-9]{1,5})$/.exec(text);
  if (peers === null) return portFrom(text, options);
  return { [PEER_KEYS[peers[1] as keyof typeof PEER_KEYS]]: peers[2] } as AnyPort;
}

/** Throws REQUEST_INVALID where several may speak at a port of a protocol that has one device or bus on it. */
export function linePort(port: AnyPort): LinePort {
  if ('serial' in port || 'tcp' in port) return port;
  throw new KarezError('REQUEST_INVALID', `${portName(port)}: only MAVLink is heard there`, { where: 'port' });
}
