/** A thread that owns a connection to the vault's file. */
import { workerData } from 'node:worker_threads';
import { serveCalls } from '../thread/serve-calls.ts';
import { HistoryReader } from './history.ts';
import { Vault, type VaultOptions } from './vault.ts';

export interface VaultThreadData extends VaultOptions {
  role: 'vault' | 'history';
}

const { role, ...options } = workerData as VaultThreadData;
serveCalls(role === 'vault' ? new Vault(options) : new HistoryReader(options));
