/** The package `influx` for an address: who asks, and how long it may take. */
import { InfluxDB, type IPoolOptions } from 'influx';
import type { InfluxAddress } from './influx-address.ts';

/** With a token there is neither name nor password: `influx` would put them in its place. */
export function influxClient(address: InfluxAddress, pool: IPoolOptions = {}): InfluxDB {
  const { protocol, host, port, database, username = '', password = '', token } = address;
  const options = token === undefined ? {} : { headers: { authorization: `Token ${token}` } };
  // Undefined would be its own default, root; only what is no text at all is left out.
  const login = token === undefined ? { username, password } : { username: null as unknown as string };
  return new InfluxDB({ database, ...login, hosts: [{ host, port, protocol, options }], pool });
}
