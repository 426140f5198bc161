/** Where an InfluxDB is, as the command line says it. */
import { KarezError } from '@karez/model';

export interface InfluxAddress {
  host: string;
  port: number;
  database: string;
  username?: string;
  password?: string;
}

/**
 * `http://[user:password@]host:port/database`.
 * @throws KarezError CONFIG_INVALID naming what was expected.
 */
export function parseInfluxUrl(text: string): InfluxAddress {
  const url = URL.parse(text);
  const database = url?.pathname.slice(1) ?? '';
  if (url === null || url.protocol !== 'http:' || !/^[A-Za-z0-9_-]{1,64}$/.test(database)) {
    throw new KarezError('CONFIG_INVALID', `the store must be like http://127.0.0.1:8086/karez, not "${text}"`, {
      where: 'store',
    });
  }
  return {
    host: url.hostname,
    port: Number(url.port || 8086),
    database,
    ...(url.username === ''
      ? {}
      : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}
