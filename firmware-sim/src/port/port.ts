/** Where the bytes of a line come out: a pseudo-terminal, a TCP port, or datagrams. Bytes that nobody takes are gone, as on a wire. */
import { resolve } from 'node:path';
import type { Clock, Logger } from '@karez/model';
import { DEFAULTS } from '../defaults.ts';
import type { RadioPort } from '../lines/line-kind.ts';
import { openPtyPort } from './pty-port.ts';
import { openTcpPort } from './tcp-port.ts';
import { openUdpListener, openUdpPort } from './udp-port.ts';

export interface Port {
  /** Path or host:port, for people and for the ready line. */
  readonly name: string;
  write(bytes: Uint8Array): void;
  stop(): Promise<void>;
}

export interface PortDeps {
  clock: Clock;
  logger: Logger;
}

/**
 * Opens a port and resolves once a host can open the other end.
 * @throws KarezError PORT_TAKEN or FILE_UNREADABLE in words.
 */
export function openPort(
  port: RadioPort,
  folder: string,
  take: (bytes: Uint8Array) => void,
  deps: PortDeps,
): Promise<Port> {
  if ('pty' in port) return openPtyPort(resolve(folder, port.pty), take, deps);
  if ('udp' in port) return openUdpPort(port.udp, take);
  if ('udpListen' in port) return openUdpListener(port.host ?? DEFAULTS.host, port.udpListen, take);
  return openTcpPort(port.host ?? DEFAULTS.host, port.tcp, take);
}
