/**
 * How a single device of each protocol is put on a line, so that `karez device try` can talk to it with the gateway's own
 * parts. A new protocol is one row. MQTT has none: its devices come to the gateway.
 */
import type { Profile, Protocol } from '@karez/model';
import type { AnyPort } from '../config/port.ts';
import type { LineConfig } from '../config.ts';
import { placeOnBoard } from '../firmata/line-config.ts';
import { linePort } from './port-text.ts';

export interface TryOn {
  port: AnyPort;
  /** Of the device, for protocols whose profiles say how it is connected. */
  profile?: Profile;
  /** As given on the command line, or the usual one of the protocol. */
  address: string;
  /** Modbus TCP instead of RTU. */
  isTcp: boolean;
  /** Of SDI-12; default command. */
  adapter?: 'command' | 'transparent';
}

export interface Trier {
  /** The address of a device that has just been unpacked; left out where there are none. */
  usualAddress?: string;
  /** What addresses look like, where they are no numbers. */
  addresses?: { pattern: RegExp; words: string };
  /** Whether it is asked, so that its pace is ours; the others speak by themselves. */
  isAsked: boolean;
  line(device: { id: string; profile: string; intervalMs?: number }, on: TryOn): LineConfig;
}

export const TRIERS: Partial<Record<Protocol, Trier>> = {
  modbus: {
    usualAddress: '1',
    isAsked: true,
    line: (device, { port, address, isTcp }) => ({
      type: 'modbus',
      port: linePort(port),
      framing: isTcp ? 'tcp' : 'rtu',
      devices: [{ ...device, address: Number(address) }],
    }),
  },
  davis: { isAsked: false, line: (device, { port }) => ({ type: 'davis', port: linePort(port), device }) },
  nmea: { isAsked: false, line: (device, { port }) => ({ type: 'nmea', port: linePort(port), device }) },
  mavlink: {
    usualAddress: '1',
    isAsked: false,
    line: (device, { port, address }) => ({
      type: 'mavlink',
      port,
      devices: [{ ...device, systemId: Number(address) }],
    }),
  },
  sdi12: {
    usualAddress: '0',
    addresses: { pattern: /^[0-9A-Za-z]$/, words: 'a digit or a letter' },
    isAsked: true,
    line: (device, { port, address, adapter = 'command' }) => ({
      type: 'sdi12',
      port: linePort(port),
      adapter,
      devices: [{ ...device, address }],
    }),
  },
  firmata: {
    usualAddress: '',
    addresses: {
      pattern: /^(A[0-9]{1,2}|[0-9]{1,3}|0x[0-9A-Fa-f]{2})$/,
      words: 'A0 for an analog pin, 2 for a digital one, 0x76 on I2C',
    },
    isAsked: true,
    line: (device, { port, address, profile }) => ({
      type: 'firmata',
      port: linePort(port),
      devices: [placeOnBoard(device, address, profile)],
    }),
  },
};
