/** How requests and replies are put into bytes: RTU on a serial line or its raw TCP port, or Modbus TCP. */
import type { KarezError } from '@karez/model';
import { encodeRead, findReply, REQUEST_BYTES } from './frame.ts';
import { noEcho, noReply, noTcpReply } from './no-reply.ts';
import { dataBytes } from './read.ts';
import { encodeTcpRead, findTcpReply } from './tcp-frame.ts';
import { encodeTcpWrite, encodeWrite, findEcho, findTcpEcho, isWrite, type Request } from './write.ts';

export type FramingName = 'rtu' | 'tcp';

export interface Framing {
  /** The bytes of a request; what `find` and `noReply` say is about the newest. */
  encode(request: Request): Uint8Array;
  /** The data of its reply in what was heard since, or undefined while it is not all there. Throws DEVICE_EXCEPTION, DEVICE_TIMEOUT. */
  find(request: Request, heard: Uint8Array): Uint8Array | undefined;
  /** Why there was none. */
  noReply(request: Request, heard: Uint8Array): KarezError;
  /** Characters that request and reply take on a serial wire; 0 where there is none that we know of. */
  characters(request: Request): number;
  /** Whether frames must be kept apart by silence, and late replies by waiting: where a reply does not say what it answers. */
  readonly needsSilence: boolean;
}

export function framingOf(name: FramingName): Framing {
  return name === 'tcp' ? tcpFraming() : RTU;
}

const RTU: Framing = {
  encode: (request) => (isWrite(request) ? encodeWrite(request) : encodeRead(request)),
  find: (request, heard) => (isWrite(request) ? findEcho(heard, request) : findReply(heard, request)),
  noReply: (request, heard) => (isWrite(request) ? noEcho(request) : noReply(request, heard)),
  characters: (request) => REQUEST_BYTES + (isWrite(request) ? REQUEST_BYTES : 5 + dataBytes(request)),
  needsSilence: true,
};

/** Each request has a number of its own, so that a late answer is told from the one that is due. */
function tcpFraming(): Framing {
  let transaction = 0;
  return {
    encode(request) {
      transaction = (transaction + 1) & 0xffff;
      return isWrite(request) ? encodeTcpWrite(transaction, request) : encodeTcpRead(transaction, request);
    },
    find: (request, heard) =>
      isWrite(request) ? findTcpEcho(heard, transaction, request) : findTcpReply(heard, transaction, request),
    noReply: (request, heard) => (isWrite(request) ? noEcho(request) : noTcpReply(request, transaction, heard)),
    characters: () => 0,
    needsSilence: false,
  };
}
