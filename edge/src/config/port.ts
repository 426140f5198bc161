import Type, { type Static } from 'typebox';
import { closed } from './device.ts';

/** Where bytes come from: a serial device of this machine, or a serial server's raw TCP port. */
export const LinePort = Type.Union([
  Type.Object(
    {
      serial: Type.String({
        minLength: 1,
        description: 'Path of the device; one below /dev/serial/by-id stays the same whatever is plugged in first.',
      }),
      baudRate: Type.Optional(Type.Integer({ minimum: 300, maximum: 4_000_000 })),
      parity: Type.Optional(
        Type.Union([Type.Literal('none'), Type.Literal('even'), Type.Literal('odd')], { description: 'Default none.' }),
      ),
      dataBits: Type.Optional(Type.Union([Type.Literal(7), Type.Literal(8)], { description: 'Default 8.' })),
      stopBits: Type.Optional(Type.Union([Type.Literal(1), Type.Literal(2)], { description: 'Default 1.' })),
    },
    closed,
  ),
  Type.Object(
    { tcp: Type.String({ pattern: '^[^:\\s]+:[0-9]{1,5}$', description: 'Host:port, e.g. 192.168.1.20:4001.' }) },
    closed,
  ),
]);
export type LinePort = Static<typeof LinePort>;

const HostPort = (description: string) => Type.String({ pattern: '^[^:\\s]+:[0-9]{1,5}$', description });

/** Ports on which several devices may speak, each from an address of its own. */
export const PeerPort = Type.Union([
  Type.Object(
    { udpListen: HostPort('Address and port to hear on, e.g. 0.0.0.0:14550: whoever sends there is heard.') },
    closed,
  ),
  Type.Object({ udp: HostPort('Host:port to send to and hear from, e.g. 192.168.4.1:14555.') }, closed),
  Type.Object({ tcpListen: HostPort('Address and port that devices connect to, e.g. 0.0.0.0:5790.') }, closed),
]);
export type PeerPort = Static<typeof PeerPort>;
export type AnyPort = LinePort | PeerPort;

/** The path or address, for messages. */
export function portName(port: AnyPort): string {
  if ('serial' in port) return port.serial;
  if ('tcp' in port) return port.tcp;
  if ('udp' in port) return `udp ${port.udp}`;
  return 'udpListen' in port ? `udp ${port.udpListen}` : `tcp ${port.tcpListen}`;
}

/** The key and the value of its network address; undefined for a serial device. */
export function portAddress(port: AnyPort): { key: string; address: string } | undefined {
  const [key, address] = Object.entries(port).find(([name]) => /^(tcp|udp)/.test(name)) ?? [];
  return key === undefined ? undefined : { key, address: address as string };
}
