/** How the addresses of each protocol are searched, by the protocol's name. A new protocol is one row. */
import type { LinePort } from '../config/port.ts';
import type { EdgeDeps } from '../ports.ts';
import type { OpenTransport } from '../transport/transport.ts';

export interface Found {
  address: string;
  /** Undefined where the port has none, such as TCP. */
  baudRate?: number;
  /** What it said, in words. */
  said: string;
}

export interface ScanRequest {
  port: LinePort;
  /** Speeds to try, in turn; the port's own, or the protocol's usual ones, where left out. */
  speeds?: readonly number[];
  /** Addresses to try; all where left out. */
  addresses?: readonly string[];
  /** Goes on with the other speeds where devices were found at one. */
  isThorough: boolean;
  isTcp: boolean;
  /** Of SDI-12; default command. */
  adapter?: 'command' | 'transparent';
}

export interface ScanHost {
  deps: EdgeDeps;
  open: OpenTransport;
  /** Each device as it is found. */
  found(device: Found): void;
  /** How far the search is, to be shown in place of what was shown before. */
  progress(text: string): void;
  /** True once the search is to end. */
  isStopped(): boolean;
}

/** Searches; resolves when it is over. Throws KarezError TRANSPORT_CLOSED where the port does not open or breaks. */
export type Scanner = (request: ScanRequest, host: ScanHost) => Promise<void>;

export const SCANNERS = {
  modbus: async (request: ScanRequest, host: ScanHost) => (await import('../modbus/scan.ts')).scanModbus(request, host),
  sdi12: async (request: ScanRequest, host: ScanHost) => (await import('../sdi12/scan.ts')).scanSdi12(request, host),
} satisfies Record<string, Scanner>;

export type ScannedProtocol = keyof typeof SCANNERS;
