/** What tests and benchmarks need of the cloud. Services start through main.ts. */
export { type Cloud, type CloudOptions, startCloud } from './cloud.ts';
export { Ingest } from './ingest/ingest.ts';
export { makeCredential } from './registry/credentials.ts';
export { embeddedStore } from './store/embedded.ts';
export { openInfluxStore } from './store/influx.ts';
export { parseInfluxUrl } from './store/influx-address.ts';
export { toLines } from './store/line-protocol.ts';
export type { Store, StoreBatch, StoreChannel } from './store/store.ts';
export { openVault } from './vault/open-vault.ts';
