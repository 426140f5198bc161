/**
 * Datagrams. A port that listens hears whoever sends there and answers where it was heard from; one that connects hears
 * only the address that it sends to.
 */
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Connection, ConnectionEvents } from './connection.ts';
import { PeerList } from './peer-list.ts';

/** Bytes that the kernel keeps for us, as far as it allows: a fleet speaks in bursts, and what does not fit is lost without a word. */
const HEARD_BYTES = 1024 * 1024;

/** Hears on `address` (host:port). */
export function listenUdp(address: string, events: ConnectionEvents): Connection {
  const { host, port } = split(address);
  const peers = new PeerList<RemoteInfo>();
  const socket = createSocket({ type: 'udp4', recvBufferSize: HEARD_BYTES });
  const it = connectionOf(socket, events, (bytes, to) => {
    // Who cannot be reached any more is no reason to stop hearing the others.
    for (const peer of peers.named(to)) socket.send(bytes, peer.port, peer.address, () => {});
  });
  socket.on('listening', () => events.opened());
  socket.on('message', (bytes, peer) => {
    const name = `${peer.address}:${peer.port}`;
    peers.heard(name, peer);
    events.bytes(bytes, name);
  });
  socket.bind(port, host);
  return it;
}

/** Speaks with `address` (host:port). Who is not there is noticed when something was sent to it. */
export function connectUdp(address: string, events: ConnectionEvents): Connection {
  const { host, port } = split(address);
  const socket = createSocket('udp4');
  const it = connectionOf(socket, events, (bytes) => socket.send(bytes));
  socket.on('connect', () => events.opened());
  socket.on('message', (bytes) => events.bytes(bytes));
  socket.connect(port, host);
  return it;
}

function split(address: string): { host: string; port: number } {
  const colon = address.lastIndexOf(':');
  return { host: address.slice(0, colon), port: Number(address.slice(colon + 1)) };
}

function connectionOf(
  socket: Socket,
  events: ConnectionEvents,
  send: (bytes: Uint8Array, to: string | undefined) => void,
): Connection {
  let cause: Error | undefined;
  let isOver = false;
  const over = Promise.withResolvers<void>();
  socket.on('error', (error) => {
    cause = error;
    end();
  });
  socket.on('close', () => {
    events.ended(cause);
    over.resolve();
  });
  function end(): void {
    if (isOver) return;
    isOver = true;
    socket.close();
  }
  return {
    get waiting() {
      return isOver ? 0 : socket.getSendQueueSize();
    },
    write(bytes, to) {
      if (!isOver) send(bytes, to);
    },
    close() {
      end();
      return over.promise;
    },
  };
}
