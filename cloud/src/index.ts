/** What tests and benchmarks need of the cloud. Services start through main.ts. */
export { type Cloud, type CloudOptions, startCloud } from './cloud.ts';
export { Ingest } from './ingest/ingest.ts';
export { LiveBus, type LiveListener, type LiveRow } from './live/live.ts';
export { Receiver } from './receive.ts';
export { makeCredential } from './registry/credentials.ts';
export { Registry } from './registry/registry.ts';
export { gatewaysSeen } from './registry/sight.ts';
export { embeddedStore } from './store/embedded.ts';
export { openInfluxStore } from './store/influx.ts';
export { parseInfluxUrl } from './store/influx-address.ts';
export { holdsReadings, toLines } from './store/line-protocol.ts';
export type { Outcome, Store, StoreBatch, StoreChannel } from './store/store.ts';
export { ownersToken } from './testing/owners-token.ts';
export { type OpenVault, openVault } from './vault/open-vault.ts';
export { Vault } from './vault/vault.ts';
