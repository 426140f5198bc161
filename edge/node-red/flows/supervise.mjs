/**
 * Keeps Node-RED going and bounded: a limit on its heap, a question every few seconds, a kill where it does not answer, and after three
 * deaths a start without flows (--safe), so that whoever made a flow that loops can mend it. The gateway is another process and notices nothing.
 */
import { spawn } from 'node:child_process';

const ASK_EVERY_MS = 2_000;
const PATIENCE_MS = 4_000;
/** Unanswered questions after which it stands still. */
const PATIENCE = 3;
const START_PATIENCE_MS = 180_000;
const RESTART_MS = 1_000;
/** So many deaths within so long a time, and it starts without its flows. */
const DEATHS = 3;
const DEATHS_WITHIN_MS = 600_000;

/** Resolves once Node-RED answers for the first time; rejects with its last words where it ends before. */
export async function supervise({ red, settings, folder, port, memoryMb }) {
  const state = { isStopping: false, deaths: [], isSafe: false };
  const first = Promise.withResolvers();
  start();
  const url = await first.promise;
  return {
    url,
    async stop() {
      state.isStopping = true;
      clearTimeout(state.timer);
      if (state.child.exitCode !== null || state.child.signalCode !== null) return;
      const ended = new Promise((resolve) => state.child.once('close', resolve));
      state.child.kill('SIGTERM');
      const insist = setTimeout(() => state.child.kill('SIGKILL'), PATIENCE_MS);
      await ended;
      clearTimeout(insist);
    },
  };

  function start() {
    const flags = [
      `--max-old-space-size=${memoryMb}`,
      red,
      '--settings',
      settings,
      ...(state.isSafe ? ['--safe'] : []),
    ];
    const env = { ...process.env, KAREZ_FLOWS_FOLDER: folder, KAREZ_FLOWS_PORT: String(port), NODE_ENV: 'production' };
    const child = spawn(process.execPath, flags, { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    state.child = child;
    let words = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        process.stderr.write(data);
        words = (words + data).slice(-2_000);
        const url = /running at (http:\S+)/.exec(words)?.[1];
        if (url !== undefined && state.watched !== child) {
          state.watched = child;
          first.resolve(url);
          watch(child, url);
        }
      });
    const patience = setTimeout(() => child.kill('SIGKILL'), START_PATIENCE_MS);
    child.once('close', (code, signal) => {
      clearTimeout(patience);
      clearTimeout(state.timer);
      if (state.isStopping) return;
      if (state.watched === undefined) return first.reject(new Error(`Node-RED ended (${signal ?? code}): ${words}`));
      const now = performance.now();
      state.deaths = [...state.deaths.filter((at) => now - at < DEATHS_WITHIN_MS), now];
      state.isSafe = state.deaths.length >= DEATHS;
      say(
        `Node-RED ended (${signal ?? `status ${code}`}); it is started again${state.isSafe ? ' without its flows: mend them, and deploy' : ''}`,
      );
      state.timer = setTimeout(start, RESTART_MS);
    });
  }

  function watch(child, url) {
    let unanswered = 0;
    const ask = async () => {
      try {
        // The login page's own question: answered by the event loop, without a password.
        await (await fetch(new URL('auth/login', url), { signal: AbortSignal.timeout(PATIENCE_MS) })).arrayBuffer();
        unanswered = 0;
      } catch {
        unanswered++;
      }
      if (child.exitCode !== null || child.signalCode !== null || state.isStopping) return;
      if (unanswered >= PATIENCE) {
        say('Node-RED stands still: a flow loops. It is killed.');
        child.kill('SIGKILL');
      } else state.timer = setTimeout(ask, ASK_EVERY_MS);
    };
    void ask();
  }
}

function say(text) {
  console.error(JSON.stringify({ level: 'warn', name: 'flows', message: text }));
}
