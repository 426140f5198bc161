/** Ways to break the system on purpose, each at one of its seams. A checker that does not see one of them is none. */
import type { LiveBus, OpenVault, Store } from '@karez/cloud';
import type { Pipeline, Sample } from '@karez/edge';

export interface Breakage {
  /** In place of the gateway's intake. */
  accept?(sample: Sample, pipeline: Pipeline): Promise<void>;
  /** In place of what a call to the journal gives. */
  journalCall?(method: string, result: Promise<unknown>): Promise<unknown> | undefined;
  /** With the journal's files, before it is opened again. */
  beforeStart?(folder: string): void;
  /** The journal's limit times this. */
  journalLimit?: number;
  /** When the broker has confirmed a batch. */
  confirmed?(bytes: Uint8Array, acknowledge: (ack: Uint8Array) => void): void;
  /** In place of the store. */
  store?(store: Store): Store;
  /** In place of what a call to the vault gives. */
  vaultCall?(method: string, args: unknown[], result: Promise<unknown>): Promise<unknown> | undefined;
  /** In place of the live bus. */
  liveCommitted?(live: LiveBus): Pick<LiveBus, 'committed'>;
}

export type { OpenVault };
