/**
 * Keeps a gateway going whatever its disk does at the start: where the journal cannot be opened because the disk is full or
 * read-only, everything else runs and says so, and the journal is opened as soon as the disk takes writes again.
 */
import { codeOf, messageOf } from '@karez/model';
import type { LoadedConfig } from './config.ts';
import { type Gateway, type GatewayPorts, startGateway } from './gateway.ts';
import { refusingJournal, takesWrites } from './journal/refusing.ts';
import type { EdgeDeps } from './ports.ts';

const LOOK_AGAIN_MS = 5_000;

export interface RunningGateway extends Pick<Gateway, 'statusUrl' | 'mqttPort' | 'stop'> {
  /** The gateway that runs now. */
  current(): Gateway;
}

/** Starts it. Throws KarezError in words: PORT_TAKEN, JOURNAL_NEWER. */
export async function runGateway(
  loaded: LoadedConfig,
  deps: EdgeDeps & GatewayPorts,
  version: string,
): Promise<RunningGateway> {
  let isRefusing = false;
  let stopped = false;
  let cancel = () => {};
  let changing: Promise<void> | undefined;

  async function startAsCan(): Promise<Gateway> {
    try {
      const started = await startGateway(loaded, deps, version);
      isRefusing = false;
      return started;
    } catch (error) {
      if (codeOf(error) !== 'JOURNAL_UNWRITABLE') throw error;
      deps.logger.log('error', 'readings cannot be kept; live values are shown until the disk takes writes', {
        code: 'JOURNAL_UNWRITABLE',
        cause: error,
      });
      isRefusing = true;
      // Nobody is told that something was accepted, and the cloud hears nothing that it would have to forget.
      const connect = () => () => {};
      return await startGateway(loaded, { ...deps, connect, startJournal: refusingJournal(messageOf(error)) }, version);
    }
  }

  function lookAgain(): void {
    if (stopped || !isRefusing) return;
    cancel = deps.clock.after(LOOK_AGAIN_MS, () => {
      if (!takesWrites(loaded.dataDir)) return lookAgain();
      changing = change().then(lookAgain, (error) => {
        deps.logger.log('error', 'the gateway could not start again', { cause: error });
        throw error;
      });
    });
  }

  async function change(): Promise<void> {
    await gateway.stop();
    if (!stopped) gateway = await startAsCan();
  }

  let gateway = await startAsCan();
  lookAgain();
  return {
    statusUrl: gateway.statusUrl,
    mqttPort: gateway.mqttPort,
    current: () => gateway,
    async stop() {
      stopped = true;
      cancel();
      await changing;
      await gateway.stop();
    },
  };
}
