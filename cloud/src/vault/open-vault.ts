/**
 * The vault seen from the main thread: the same methods, each a promise, so that no commit ever delays a live event. One
 * thread writes; another, started when it is first needed, reads histories, so that no look back delays a commit.
 */
import { type Call, type Promised, startThread } from '../thread/start-thread.ts';
import type { HistoryReader } from './history.ts';
import type { Vault, VaultOptions } from './vault.ts';
import type { VaultThreadData } from './vault-thread.ts';

const THREAD = new URL('./vault-thread.ts', import.meta.url);
const METHODS: (keyof Vault)[] = [
  ...(['commit', 'known', 'latest', 'ledger', 'setInventory', 'inventories', 'setWords', 'words'] as const),
  ...([
    'rollUp',
    'dirtyHours',
    'dirtyRound',
    'rolledUp',
    'dirtyOf',
    'dirtyOfAll',
    'dirtyCount',
    'seriesAfter',
  ] as const),
  ...(['alertInbox', 'alertsTaken'] as const),
  ...(['commandInbox', 'commandsTaken'] as const),
  ...(['quarantine', 'quarantined', 'quarantinedOne', 'credential', 'setCredential', 'gateways'] as const),
];

export type OpenVault = Promised<Vault & Pick<HistoryReader, 'history'>>;

/**
 * Opens the vault in a thread of its own.
 * @throws KarezError STORE_UNAVAILABLE when the file cannot be opened; each call does when the disk refuses.
 */
export async function openVault(options: VaultOptions): Promise<OpenVault> {
  const writer = await startThread(THREAD, { ...options, role: 'vault' } satisfies VaultThreadData);
  let reader: Promise<Call> | undefined;
  const history: Call = async (method, args) => {
    reader ??= startThread(THREAD, { ...options, role: 'history' } satisfies VaultThreadData);
    reader.catch(() => {
      reader = undefined;
    });
    return (await reader)(method, args);
  };
  const vault = Object.fromEntries(METHODS.map((method) => [method, (...args: unknown[]) => writer(method, args)]));
  return {
    ...(vault as unknown as OpenVault),
    history: (...args) => history('history', args) as ReturnType<OpenVault['history']>,
    async close() {
      await reader?.then((call) => call('close', []));
      await writer('close', []);
    },
  };
}
