/** The embedded store: readings and ledger in the vault's one file, committed together. */
import type { OpenVault } from '../vault/open-vault.ts';
import type { VaultBatch } from '../vault/readings.ts';
import { channelPath, clash, rowsWithout, type Store, type StoreBatch } from './store.ts';

export function embeddedStore(vault: OpenVault): Store {
  return {
    async commit(batches, nowMs) {
      const outcomes = await vault.commit(batches.map(toVault), nowMs);
      return outcomes.map(({ conflicts, clashes }, i) => {
        const { readings } = batches[i] as StoreBatch;
        return { stored: rowsWithout(readings, clashes), refused: clash(readings, clashes), conflicts };
      });
    },
    history: (request) => vault.history(request),
    rollUp: (closedMs) => vault.rollUp(closedMs),
    note() {},
    async close() {},
  };
}

/** A batch as the vault takes it. */
export function toVault({ farm, gateway, epoch, readings, channels }: StoreBatch): VaultBatch {
  return {
    farm,
    gateway,
    epoch,
    readings,
    paths: new Map(Array.from(channels, ([number, channel]) => [number, channelPath(channel)])),
  };
}
