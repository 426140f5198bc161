/**
 * Tells systemd how the gateway is: ready, in one sentence what it does, and regularly that it is alive (sd_notify(3), sd_watchdog_enabled(3)).
 * systemd's own `systemd-notify` carries it, because Node.js has no datagram sockets in the file system (docs/decisions/0020).
 */
import { execFile } from 'node:child_process';
import { type Cancel, type Clock, type Logger, messageOf } from '@karez/model';

/** What systemd hands a service through its environment. */
export interface ServiceEnvironment {
  /** Set where somebody listens. */
  NOTIFY_SOCKET?: string | undefined;
  /** Longest silence, microseconds; left out, nobody counts it. */
  WATCHDOG_USEC?: string | undefined;
}

/** Carries lines `NAME=value` to systemd. */
export type Carry = (lines: string[]) => Promise<void>;

const PATIENCE_MS = 10_000;
/** Without a watchdog the sentence is still kept up to date. */
const STATUS_EVERY_MS = 20_000;
/** A watchdog hears from a service three times in its patience. */
const TIMES_IN_PATIENCE = 3;

const bySystemdNotify: Carry = (lines) =>
  new Promise((resolve, reject) => {
    execFile('systemd-notify', lines, { timeout: PATIENCE_MS }, (error) =>
      error === null ? resolve() : reject(error),
    );
  });

/**
 * Says that the service is ready, and from then on regularly that it is alive. The timer is the event loop's own: where that stands
 * still, nothing is said, and systemd starts the service anew.
 * @param sentence what `systemctl status` shows.
 * @returns says that the service stops. Does nothing where nobody listens.
 */
export function tellSystemd(
  environment: ServiceEnvironment,
  sentence: () => string,
  { clock, logger }: { clock: Clock; logger: Logger },
  carry: Carry = bySystemdNotify,
): () => void {
  if (!environment.NOTIFY_SOCKET) return () => {};
  const patienceMs = Number(environment.WATCHDOG_USEC) / 1_000;
  const everyMs = patienceMs > 0 ? patienceMs / TIMES_IN_PATIENCE : STATUS_EVERY_MS;
  let isFailing = false;
  const say = (...lines: string[]) => {
    carry([...lines, `STATUS=${oneLine(sentence())}`]).then(
      () => {
        isFailing = false;
      },
      (error) => {
        if (!isFailing) logger.log('warn', `systemd could not be told: ${messageOf(error)}`);
        isFailing = true;
      },
    );
  };
  say('READY=1');
  const stop: Cancel = clock.every(everyMs, () => say('WATCHDOG=1'));
  return () => {
    stop();
    say('STOPPING=1');
  };
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
