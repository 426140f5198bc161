/** Every store there is, each with a vault of its own, for the suites that hold for all of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { embeddedStore } from '../store/embedded.ts';
import { openInfluxStore } from '../store/influx.ts';
import { parseInfluxUrl } from '../store/influx-address.ts';
import type { Store } from '../store/store.ts';
import { type OpenVault, openVault } from '../vault/open-vault.ts';
import { startInfluxd } from './influxd.ts';

export interface StoreFixture {
  store: Store;
  vault: OpenVault;
  close(): Promise<void>;
}

/** A vault in a new folder. */
export async function vaultIn(keepReadings: boolean): Promise<{ vault: OpenVault; folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'karez-store-'));
  return { vault: await openVault({ path: join(folder, 'cloud.db'), keepReadings }), folder };
}

export const STORES: Record<string, () => Promise<StoreFixture>> = {
  async embedded() {
    const { vault, folder } = await vaultIn(true);
    return {
      store: embeddedStore(vault),
      vault,
      async close() {
        await vault.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
  async influx() {
    const influxd = await startInfluxd();
    const { vault, folder } = await vaultIn(false);
    const store = await openInfluxStore(parseInfluxUrl(influxd.url), vault);
    return {
      store,
      vault,
      async close() {
        await store.close();
        await vault.close();
        await influxd.stop();
        rmSync(folder, { recursive: true });
      },
    };
  },
};
