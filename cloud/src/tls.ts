/**
 * The certificate with which the cloud speaks TLS itself, to gateways and to browsers. Read once: a renewed one counts from the
 * next start, which gateways bridge.
 */
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { KarezError, messageOf } from '@karez/model';

export interface TlsFiles {
  /** PEM: the server's certificate, those between it and the CA behind it. */
  cert: string;
  /** PEM. */
  key: string;
}

/** @throws KarezError CONFIG_INVALID where one is missing or they do not belong together, FILE_UNREADABLE. */
export function readTls(certPath: string, keyPath: string): TlsFiles | undefined {
  if (certPath === '' && keyPath === '') return undefined;
  if (certPath === '' || keyPath === '')
    throw new KarezError('CONFIG_INVALID', '--tls-cert and --tls-key are given together', { where: 'tls' });
  const [cert, key] = [certPath, keyPath].map((path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch (cause) {
      throw new KarezError('FILE_UNREADABLE', `cannot read ${path}: ${messageOf(cause)}`, { cause, where: path });
    }
  }) as [string, string];
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new KarezError(
      'CONFIG_INVALID',
      `${certPath} and ${keyPath} are no certificate with its key: ${messageOf(cause)}`,
      {
        ...{ cause, where: 'tls' },
      },
    );
  }
  return { cert, key };
}
