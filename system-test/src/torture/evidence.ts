/** Gathers what the checker needs from a farm whose gateway and cloud have stopped. */
import { join } from 'node:path';
import { untilEmptied } from '../emptied.ts';
import type { TestFarm } from '../farm.ts';
import type { Running } from '../process.ts';
import { readCloudBook, readEmbeddedRows, readGatewayBook, type StoredRows } from './books.ts';
import { type AckedMessage, type Proof, prove } from './proof.ts';

export interface Parts {
  sim: Running;
  gateway: Running;
  cloud: Running;
}

export interface EndOptions {
  /** Rows of the store, where it is not the embedded one. */
  rows?: () => Promise<StoredRows>;
  /** Messages of nodes that the test has played. */
  acked?: readonly AckedMessage[];
  limitMs?: number;
}

/**
 * Lets the farm fall quiet and everything drain, stops the parts in order, and proves.
 * @throws where it does not drain, or a part does not stop with status 0.
 */
export async function endAndProve(farm: TestFarm, parts: Parts, options: EndOptions = {}): Promise<Proof> {
  const { limitMs = 60_000 } = options;
  await stop('the simulator', parts.sim);
  await untilEmptied(farm, limitMs);
  await stop('the gateway', parts.gateway);
  await stop('the cloud', parts.cloud);
  const cloudFile = join(farm.folder, 'cloud/cloud.db');
  return prove({
    acked: [...farm.acked(), ...(options.acked ?? [])],
    gateway: readGatewayBook(join(farm.folder, 'gateway/journal.db')),
    cloud: readCloudBook(cloudFile),
    rows: (await options.rows?.()) ?? readEmbeddedRows(cloudFile),
  });
}

async function stop(name: string, part: Running): Promise<void> {
  const status = await part.stop();
  if (status !== 0)
    throw new Error(`${name} ended with ${status} when it was asked to stop:\n${part.log.slice(-10).join('\n')}`);
}
