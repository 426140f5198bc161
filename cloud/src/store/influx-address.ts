/** Where an InfluxDB is, as the command line says it. */
import { KarezError } from '@karez/model';

export interface InfluxAddress {
  host: string;
  port: number;
  database: string;
  username?: string;
  password?: string;
  /** How long single readings are kept, as InfluxDB writes durations (90d); undefined is for ever. */
  keep?: string;
  /** False where the server knows no retention policies of its own, such as InfluxDB 2 or VictoriaMetrics. */
  rollups: boolean;
}

/**
 * `http://[user:password@]host:port/database[?keep=90d][&rollups=off]`.
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
    ...optionsOf(url.searchParams),
    ...(url.username === ''
      ? {}
      : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) }),
  };
}

function optionsOf(query: URLSearchParams): Pick<InfluxAddress, 'keep' | 'rollups'> {
  const fail = (key: string, expected: string): never => {
    throw new KarezError('CONFIG_INVALID', `the store's ${key} must be ${expected}, not "${query.get(key)}"`, {
      where: `store.${key}`,
    });
  };
  for (const key of query.keys())
    if (!['keep', 'rollups'].includes(key)) fail(key, 'left out: known are keep and rollups');
  const keep = query.get('keep');
  if (keep !== null && !/^[1-9][0-9]{0,4}[hdw]$/.test(keep)) fail('keep', 'a duration such as 90d or 52w');
  const rollups = query.get('rollups') ?? 'on';
  if (rollups !== 'on' && rollups !== 'off') fail('rollups', 'on or off');
  return { ...(keep === null ? {} : { keep }), rollups: rollups === 'on' };
}
