/**
 * What the cloud shows of its gateways: what each says of itself, what is stored of it, and, per epoch, the proof that
 * nothing is missing: the sequence numbers that it says it has given, against those that are stored or in quarantine.
 */
import type { ApiGateway, Proof } from '@karez/model';
import type { OpenVault } from '../vault/open-vault.ts';
import type { GatewayWord, LedgerEntry } from '../vault/sources.ts';
import type { Registry } from './registry.ts';

export async function gatewaysSeen(registry: Registry, vault: OpenVault): Promise<ApiGateway[]> {
  const words = registry.words();
  const ledger = await vault.ledger(words);
  const wordOf = (entry: LedgerEntry) =>
    words.find((w) => w.farm === entry.farm && w.gateway === entry.gateway && w.status.epoch === entry.epoch);
  return registry.gateways().map(({ farm, gateway, title }) => ({
    ...{ farm, gateway, title, ...registry.state(farm, gateway) },
    ledger: ledger
      .filter((entry) => entry.farm === farm && entry.gateway === gateway)
      .map((entry) => {
        const { epoch, ranges, stored, quarantined, conflicts } = entry;
        return { epoch, ranges, stored, quarantined, conflicts, proof: proofOf(entry, wordOf(entry)) };
      }),
  }));
}

/**
 * The gateway's word is older than the ledger: what waited then may be stored by now, never the other way round. So
 * numbers missing now were missing then, and must have been waiting or lost.
 */
function proofOf({ given, missing, missingReadings }: LedgerEntry, word: GatewayWord | undefined): Proof | null {
  if (word === undefined) return null;
  const { waiting, lost: lostFor } = word.status;
  const lost = lostFor.reduce((sum, { readings }) => sum + readings, 0);
  const unexplained = Math.max(0, missingReadings - waiting - lost);
  return {
    ...{ complete: missingReadings === 0, given, missing, missingReadings },
    ...{ waiting, lost, unexplained, saidMs: word.heardMs },
  };
}
