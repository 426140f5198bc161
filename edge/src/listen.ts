/** Listens on a port, or says in words why not. */
import type { Server } from 'node:net';
import { KarezError } from '@karez/model';

/**
 * The port that `server` now listens on.
 * @param key of the configuration that names the port, e.g. `mqtt.port`.
 * @throws KarezError PORT_TAKEN, CONFIG_INVALID.
 */
export async function listen(server: Server, port: number, host: string, key: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(inWords(cause, port, host, key)));
    server.listen(port, host, resolve);
  });
  server.removeAllListeners('error');
  return (server.address() as { port: number }).port;
}

function inWords(cause: NodeJS.ErrnoException, port: number, host: string, key: string): Error {
  const at = { cause, where: key };
  if (cause.code === 'EADDRINUSE') {
    const text = `port ${port} on ${host} is taken by another program; stop it or choose another under ${key}`;
    return new KarezError('PORT_TAKEN', text, at);
  }
  if (cause.code === 'EACCES')
    return new KarezError('CONFIG_INVALID', `${key}: port ${port} needs the rights of an administrator`, at);
  if (cause.code === 'EADDRNOTAVAIL' || cause.code === 'ENOTFOUND') {
    const hostKey = key.replace(/port$/, 'host');
    return new KarezError('CONFIG_INVALID', `${hostKey}: ${host} is no address of this machine`, at);
  }
  return cause;
}
