/**
 * A window into a network namespace: runs inside it, and each socket file leads to a loopback port there. Socket files are
 * not bound to a network, so whoever is outside can look through.
 *
 *   window-main.ts PATH=PORT …
 */
import { createConnection, createServer, type Socket } from 'node:net';

const open = process.argv.slice(2).map(async (pair) => {
  const [path, port] = pair.split('=') as [string, string];
  const server = createServer((near) => {
    const far = createConnection({ port: Number(port), host: '127.0.0.1' });
    const join = (one: Socket, other: Socket) =>
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    join(near, far);
    join(far, near);
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
});
await Promise.all(open);
console.log(JSON.stringify({ event: 'ready' }));
