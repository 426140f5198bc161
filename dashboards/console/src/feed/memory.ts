/**
 * What this device remembers for the time without a link: who read, the list of farms, the last state of each farm.
 * It is only ever shown with its time, and forgotten when nobody is logged in any more. A memory that fails costs the
 * view without a link and nothing else, so it never throws.
 */
import type { ApiAlert, ApiGateway, FarmDetail, LatestValue } from '@karez/model';

export interface Memory {
  keep(key: string, value: unknown): Promise<void>;
  /** Undefined where nothing was kept, or it cannot be read. */
  recall<T>(key: string): Promise<T | undefined>;
  forget(): Promise<void>;
}

/** A farm as it was last seen, under the key `farm/ID`. */
export interface RememberedFarm {
  /** The server's time at which all of it was true. */
  savedMs: number;
  detail: FarmDetail;
  gateways: readonly ApiGateway[];
  alerts: readonly ApiAlert[];
  values: [channelId: string, value: LatestValue][];
}

/** A memory that lasts as long as the page. */
export function shortMemory(): Memory {
  const kept = new Map<string, unknown>();
  return {
    keep: async (key, value) => void kept.set(key, structuredClone(value)),
    recall: async <T>(key: string) => kept.get(key) as T | undefined,
    forget: async () => kept.clear(),
  };
}

const STORE = 'kept';

/** In the browser's IndexedDB. */
export function deviceMemory(factory: IDBFactory): Memory {
  let opened: Promise<IDBDatabase> | undefined;
  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const request = factory.open('karez', 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    return opened;
  };
  const run = async <T>(mode: IDBTransactionMode, what: (store: IDBObjectStore) => IDBRequest<T>) => {
    try {
      const transaction = (await open()).transaction(STORE, mode);
      const request = what(transaction.objectStore(STORE));
      return await new Promise<T | undefined>((resolve) => {
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () => resolve(undefined);
        transaction.onabort = () => resolve(undefined);
      });
    } catch {
      // Storage is refused, as in some private windows.
      return undefined;
    }
  };
  return {
    keep: async (key, value) => void (await run('readwrite', (store) => store.put(value, key))),
    recall: async <T>(key: string) => (await run<unknown>('readonly', (store) => store.get(key))) as T | undefined,
    forget: async () => void (await run('readwrite', (store) => store.clear())),
  };
}
