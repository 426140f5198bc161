/** Where the system can be broken on purpose: its seams in the simulation. breakage-table.ts says in which ways. */
import type { LiveBus, Store } from '@karez/cloud';
import type { Pipeline, Sample } from '@karez/edge';

export interface Breakage {
  /** In place of the gateway's intake. */
  accept?(sample: Sample, pipeline: Pipeline): Promise<void>;
  /** In place of a call to the journal. `life` counts the gateway's lives from 1. */
  journal?(method: string, args: unknown[], run: (args: unknown[]) => Promise<unknown>, life: number): Promise<unknown>;
  /** The journal's limit times this. */
  journalLimit?: number;
  /** When the broker has confirmed a batch. */
  confirmed?(bytes: Uint8Array, acknowledge: (ack: Uint8Array) => void): void;
  /** So much later does a message of so many bytes leave. */
  sendDelayMs?(bytes: number): number;
  /** In place of the store. */
  store?(store: Store): Store;
  /** In place of a call to the vault. */
  vault?(method: string, args: unknown[], run: () => Promise<unknown>): Promise<unknown>;
  /** In place of the live bus. */
  liveBus?(live: LiveBus): Pick<LiveBus, 'committed' | 'latest'>;
}
