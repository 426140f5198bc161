/** One connection to the cloud, whatever carries it: MQTT in the field, virtual time in tests. */
import type { DownLeaf, UpLeaf } from '@karez/model';

export interface CloudLink {
  /** Hands a message to the network. Resolves when the broker has it; that says nothing about the store. */
  publish(leaf: UpLeaf, payload: Uint8Array | string, retain: boolean): Promise<void>;
  /** Ends it; `down` follows. */
  close(): void;
}

export interface LinkEvents {
  /** Logged in, and acknowledgements will be heard. */
  up(link: CloudLink): void;
  message(leaf: DownLeaf, payload: Uint8Array): void;
  /** Once, whether it was up or not. */
  down(trouble: string | null): void;
}

/** Begins to connect. Returns how to give up. */
export type ConnectCloud = (events: LinkEvents) => () => void;
