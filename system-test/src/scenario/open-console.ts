/** The cloud once more, on the data that a scenario has left, so that somebody can look at it. */
import { join } from 'node:path';
import { startService } from '../process.ts';

/** Serves the console until Ctrl-C. */
export async function openConsole(folder: string, say: (text: string) => void): Promise<void> {
  const stopped = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  const cloud = await startService(
    'cloud/src/main.ts',
    ['--data', join(folder, 'cloud'), '--http-port', '0', '--mqtt-port', '0'],
    { cwd: folder },
  );
  // On data of its own nobody has an account yet: this link makes the first.
  say(`\nConsole: ${cloud.ready.welcome ?? cloud.ready.http}\nCtrl-C ends it. The data stays in ${folder}`);
  await stopped;
  await cloud.stop();
}
