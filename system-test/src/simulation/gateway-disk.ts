/**
 * The gateway's disk: the journal's real work on real files, in the order of the calls, each after as long as the disk
 * takes; with the faults of a disk, and the moments at which the machine may die.
 */
import { join } from 'node:path';
import { inline, type StartJournal } from '@karez/edge';
import type { PlannedFault } from './faults.ts';
import { copyFiles, cutOff, JOURNAL, remove, turnBit } from './files.ts';
import type { Life } from './gateway-machine.ts';
import type { World } from './world.ts';

/** A commit of one group on a good card. */
const COMMIT_MS = 4;
const WRITES = new Set(['commit', 'settle', 'date', 'merge', 'number', 'remember', 'dropOlder']);
/** One commit, the log's pages and what the file rounds up may exceed the limit. */
const OVER_LIMIT = 1.1;
const OVER_BYTES = 24_000;

const never = () => new Promise<never>(() => {});

export class GatewayDisk {
  readonly #world: World;
  #folders = 0;
  #lives = 0;
  #snapshot: { folder: string; atMs: number; life: number } | undefined;
  folder: string;

  constructor(world: World) {
    this.#world = world;
    this.folder = join(world.folder, 'gateway-0');
  }

  /** How the journal of one life works. */
  starter(life: Life): StartJournal {
    return async (options, reopened) => {
      this.#lives++;
      const { call } = await inline()(options, (opened) => reopened(structuredClone(opened)));
      life.release = () => void call('abandon');
      let last: Promise<unknown> = Promise.resolve();
      return {
        call: (method, ...asked) => {
          const given = structuredClone(asked);
          const run = (args: unknown[]) => {
            const work = () => this.#work(life, method, () => call(method, ...args));
            const result = last.then(work, work);
            last = result;
            return result;
          };
          return this.#world.breakage.journal?.(method, given, run, this.#lives) ?? run(given);
        },
      };
    };
  }

  async #work(life: Life, method: string, run: () => Promise<unknown>): Promise<unknown> {
    const world = this.#world;
    if (!life.isAlive || world.gateway.trip(`before-${method}`)) return never();
    if (method === 'commit') await life.clock.pause(this.#commitMs());
    if (world.find('disk.full') !== undefined && WRITES.has(method)) {
      world.fire('disk.full');
      throw new Error('database or disk is full');
    }
    const result = structuredClone(await run());
    world.trace.say('journal', method);
    if (method === 'commit') this.#checkCommit(result as { range?: unknown; lost: number; bytes: number });
    if (world.gateway.trip(`after-${method}`)) return never();
    return result;
  }

  #commitMs(): number {
    const slowMs = this.#world.most('disk.slow', 'ms');
    if (slowMs > 0) this.#world.fire('disk.slow');
    return COMMIT_MS + slowMs;
  }

  #checkCommit({ range, lost, bytes }: { range?: unknown; lost: number; bytes: number }): void {
    const { scenario, fire, violate } = this.#world;
    const { limitBytes, policy } = scenario.journal;
    if (range === undefined || lost > 0) fire.call(this.#world, `journal.full:${policy}`);
    if (bytes > limitBytes * OVER_LIMIT + OVER_BYTES)
      violate.call(this.#world, 'bound', `the journal takes ${bytes} bytes of ${limitBytes}`);
  }

  /** The disk begins to lie: from here on nothing is safe until the power goes. False where it does so already. */
  snapshot(): boolean {
    if (this.#snapshot !== undefined) return false;
    const folder = join(this.#world.folder, `snapshot-${this.#folders++}`);
    copyFiles(JOURNAL, this.folder, folder);
    this.#snapshot = { folder, atMs: this.#world.clock.monoMs(), life: this.#lives };
    this.#world.trace.say('disk', 'lies');
    return true;
  }

  /** Bits turn around while the journal is open. */
  rot({ bits, file }: PlannedFault): void {
    const draw = this.#world.draw.stream(`rot ${this.#folders}`);
    for (let i = 0; i < (bits as number); i++)
      if (turnBit(join(this.folder, `journal.db${file}`), draw.next(), draw.whole(0, 7))) {
        this.#world.fire(`disk.rot:journal.db${file}`);
        this.#world.witness.rotten();
      }
  }

  /** What is on the disk after the end of a life: a folder of its own, since the dead one's files are still open. */
  afterDeath(fault: PlannedFault | undefined): void {
    const before = this.folder;
    this.folder = join(this.#world.folder, `gateway-${++this.#folders}`);
    copyFiles(JOURNAL, before, this.folder);
    if (fault?.kind === 'disk.lie' && this.#snapshot !== undefined) {
      const old = JOURNAL.filter(
        (name) =>
          !(name.endsWith('.next') && fault.hint === 'kept') && !(name.endsWith('.id') && fault.identity === 'kept'),
      );
      copyFiles(old, this.#snapshot.folder, this.folder);
      // What was given in a life between the two is known to nobody, unless the file beside the journal says it.
      const isCountable = fault.hint === 'kept' && (fault.identity === 'kept' || this.#snapshot.life === this.#lives);
      this.#world.witness.rolledBack(this.#snapshot.atMs, isCountable);
      remove(this.#snapshot.folder);
      this.#snapshot = undefined;
      this.#world.fire(`disk.lie:hint-${fault.hint}`);
    }
    if (fault?.kind === 'disk.torn' && cutOff(join(this.folder, `journal.db${fault.file}`), fault.bytes as number)) {
      this.#world.witness.torn();
      this.#world.fire(`disk.torn:journal.db${fault.file}`);
    }
  }
}
