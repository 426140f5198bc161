/**
 * What the cloud shows of its gateways: what each says of itself, what is stored of it, and, per epoch, the proof that
 * nothing is missing: the sequence numbers that it says it has given, against those that are stored or in quarantine.
 */
import type { ApiGateway, Clock, Proof } from '@karez/model';
import type { OpenVault } from '../vault/open-vault.ts';
import type { GatewayWord, LedgerEntry } from '../vault/sources.ts';
import type { Registry } from './registry.ts';

/** How long a look at the ledger serves: many pages look at once, and counting ranges is work. */
const LOOK_MS = 1_000;

/** All gateways. Throws KarezError STORE_UNAVAILABLE. */
export async function gatewaysSeen(registry: Registry, vault: Pick<OpenVault, 'ledger'>): Promise<ApiGateway[]> {
  const words = registry.words();
  return put(registry, words, await vault.ledger(words));
}

/** The same for many who ask: the ledger is counted at most once a second, connections and statuses are those of now. */
export function sightOf(registry: Registry, vault: OpenVault, clock: Clock): () => Promise<ApiGateway[]> {
  let look: { untilMs: number; words: GatewayWord[]; ledger: Promise<LedgerEntry[]> } | undefined;
  return async () => {
    if (look === undefined || clock.monoMs() >= look.untilMs) {
      const words = registry.words();
      look = { untilMs: clock.monoMs() + LOOK_MS, words, ledger: vault.ledger(words) };
    }
    const { words, ledger } = look;
    return put(registry, words, await ledger);
  };
}

/** @param words what the gateways had said when the ledger was counted. */
function put(registry: Registry, words: readonly GatewayWord[], ledger: readonly LedgerEntry[]): ApiGateway[] {
  const entries = Map.groupBy(ledger, ({ farm, gateway }) => `${farm}/${gateway}`);
  const said = new Map(words.map((w) => [`${w.farm}/${w.gateway}/${w.status.epoch}`, w]));
  return registry.gateways().map(({ farm, gateway, title }) => ({
    ...{ farm, gateway, title, ...registry.state(farm, gateway) },
    ledger: (entries.get(`${farm}/${gateway}`) ?? []).map((entry) => {
      const { epoch, ranges, stored, quarantined, conflicts } = entry;
      const proof = proofOf(entry, said.get(`${farm}/${gateway}/${epoch}`));
      return { epoch, ranges, stored, quarantined, conflicts, proof };
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
