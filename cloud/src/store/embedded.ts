/** The embedded store: readings and ledger in the vault's one file, committed together. */
import { ALERT_DEVICE, ALERT_QUANTITIES, COMMAND_DEVICE, COMMAND_QUANTITIES, type Series } from '@karez/model';
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
    async histories(requests) {
      const found: Series[] = [];
      let looked = 0;
      for (const request of requests) {
        const series = await vault.history({ ...request, most: request.most - looked });
        looked += series.n.reduce((a, b) => a + b, 0);
        found.push(series);
      }
      return found;
    },
    rollUp: (closedMs) => vault.rollUp(closedMs),
    note() {},
    async close() {},
  };
}

/** A batch as the vault takes it. */
export function toVault({ farm, gateway, epoch, readings, channels }: StoreBatch): VaultBatch {
  const alerts = new Map<number, number>();
  const commands = new Map<number, number>();
  const paths = new Map<number, string>();
  for (const [number, channel] of channels) {
    paths.set(number, channelPath(channel));
    if (channel.device === ALERT_DEVICE) alerts.set(number, ALERT_COLUMNS.indexOf(channel.quantity));
    if (channel.device === COMMAND_DEVICE) commands.set(number, COMMAND_COLUMNS.indexOf(channel.quantity));
  }
  return {
    farm,
    gateway,
    epoch,
    readings,
    paths,
    ...(alerts.size === 0 ? {} : { alerts }),
    ...(commands.size === 0 ? {} : { commands }),
  };
}

const ALERT_COLUMNS: readonly string[] = ALERT_QUANTITIES;
const COMMAND_COLUMNS: readonly string[] = COMMAND_QUANTITIES;
