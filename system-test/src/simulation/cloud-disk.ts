/** The cloud's disk: the real vault on a real file, in the order of the calls, with its faults and the moments at which the cloud may die. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type OpenVault, Vault } from '@karez/cloud';
import { KarezError } from '@karez/model';
import { CLOUD, copyFiles, remove } from './files.ts';
import type { LifeClock } from './life-clock.ts';
import type { World } from './world.ts';

export interface OpenCloudDisk {
  folder: string;
  vault: OpenVault;
  close(): void;
}

const COMMIT_MS = 5;
const never = () => new Promise<never>(() => {});

export class CloudDisk {
  readonly #world: World;
  #folders = 0;
  #folder: string;

  constructor(world: World) {
    this.#world = world;
    this.#folder = join(world.folder, 'cloud-0');
    mkdirSync(this.#folder, { recursive: true });
  }

  get path(): string {
    return join(this.#folder, 'cloud.db');
  }

  open(life: { clock: LifeClock; isAlive: boolean }): OpenCloudDisk {
    const vault = new Vault({ path: this.path, keepReadings: true });
    const world = this.#world;
    let last: Promise<unknown> = Promise.resolve();
    const work = async (method: keyof Vault, args: unknown[]): Promise<unknown> => {
      if (!life.isAlive || world.cloud.trip(`before-${method}`)) return never();
      if (method === 'commit') await life.clock.pause(COMMIT_MS + this.#slowMs());
      const unavailable = world.find('cloud.unavailable', (f) => f.method === method);
      if (unavailable !== undefined && world.draw.chance(unavailable.share as number)) {
        world.fire(`cloud.unavailable:${method}`);
        throw new KarezError('STORE_UNAVAILABLE', 'the store refused: database or disk is full');
      }
      const run = vault[method] as (...given: unknown[]) => unknown;
      const result = run.apply(vault, args);
      if (world.cloud.trip(`after-${method}`)) return never();
      return result;
    };
    const open = new Proxy({} as OpenVault, {
      get:
        (_, method) =>
        (...args: unknown[]) => {
          const run = () => {
            const result = last.then(() => work(method as keyof Vault, args));
            last = result.catch(() => {});
            return result;
          };
          return world.breakage.vault?.(method as string, args, run) ?? run();
        },
    });
    return { folder: this.#folder, vault: open, close: () => vault.close() };
  }

  #slowMs(): number {
    const slowMs = this.#world.most('cloud.slow', 'ms');
    if (slowMs > 0) this.#world.fire('cloud.slow');
    return slowMs;
  }

  /** A folder of its own for the next life, since the dead one's files are still open. */
  afterDeath({ folder, close }: OpenCloudDisk): void {
    this.#folder = join(this.#world.folder, `cloud-${++this.#folders}`);
    copyFiles(CLOUD, folder, this.#folder);
    close();
    remove(folder);
  }
}
