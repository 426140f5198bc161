/** Where an InfluxDB is, as the command line says it. */
import { KarezError } from '@karez/model';

export interface InfluxAddress {
  protocol: 'http' | 'https';
  host: string;
  port: number;
  database: string;
  username?: string;
  password?: string;
  /** An API token in place of name and password: InfluxDB 2.x ("InfluxDB v1 compatibility API", Token authentication). */
  token?: string;
  /** How long single readings are kept, as InfluxDB writes durations (90d); undefined is for ever. */
  keep?: string;
  /** False where the server knows no retention policies of its own, such as InfluxDB 2 or VictoriaMetrics. */
  rollups: boolean;
}

const OPTIONS = ['keep', 'rollups', 'auth'] as const;

/**
 * `http[s]://[user[:password]@]host:port/database[?keep=90d][&rollups=off][&auth=token]`.
 * @param secret the password or token where it does not stand in the address.
 * @throws KarezError CONFIG_INVALID naming what was expected; never with a password in its words.
 */
export function parseInfluxUrl(text: string, secret?: string): InfluxAddress {
  const url = URL.parse(text);
  const database = url?.pathname.slice(1) ?? '';
  const protocol = { 'http:': 'http', 'https:': 'https' }[url?.protocol ?? ''] as 'http' | 'https' | undefined;
  if (url === null || protocol === undefined || !/^[A-Za-z0-9_-]{1,64}$/.test(database)) {
    const shown = text.replace(/\/\/[^@/]*@/, '//…@');
    throw new KarezError('CONFIG_INVALID', `the store must be like http://127.0.0.1:8086/karez, not "${shown}"`, {
      where: 'store',
    });
  }
  return {
    ...{ protocol, host: url.hostname, port: Number(url.port || 8086), database },
    ...optionsOf(url.searchParams),
    ...loginOf(url, secret),
  };
}

function loginOf(url: URL, secret: string | undefined): Pick<InfluxAddress, 'username' | 'password' | 'token'> {
  const password = secret ?? decodeURIComponent(url.password);
  if (url.searchParams.get('auth') === 'token') {
    if (password !== '') return { token: password };
    throw fail(
      'auth',
      'left out, or the token given as password: http://:TOKEN@host/karez?auth=token, or by a file',
      'token',
    );
  }
  if (url.username !== '') return { username: decodeURIComponent(url.username), password };
  if (secret === undefined) return {};
  throw new KarezError(
    'CONFIG_INVALID',
    'the store has a password and no user: http://USER@host/karez, or ?auth=token',
    {
      where: 'store',
    },
  );
}

const fail = (key: string, expected: string, found: string | null) =>
  new KarezError('CONFIG_INVALID', `the store's ${key} must be ${expected}, not "${found}"`, { where: `store.${key}` });

function optionsOf(query: URLSearchParams): Pick<InfluxAddress, 'keep' | 'rollups'> {
  for (const key of query.keys())
    if (!OPTIONS.some((known) => known === key))
      throw fail(key, `left out: known are ${OPTIONS.join(', ')}`, query.get(key));
  const keep = query.get('keep');
  if (keep !== null && !/^[1-9][0-9]{0,4}[hdw]$/.test(keep)) throw fail('keep', 'a duration such as 90d or 52w', keep);
  const rollups = query.get('rollups') ?? 'on';
  if (rollups !== 'on' && rollups !== 'off') throw fail('rollups', 'on or off', rollups);
  const auth = query.get('auth') ?? 'password';
  if (auth !== 'password' && auth !== 'token') throw fail('auth', 'password or token', auth);
  return { ...(keep === null ? {} : { keep }), rollups: rollups === 'on' };
}
