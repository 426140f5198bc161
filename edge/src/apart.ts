/**
 * Work in a process of its own that then ends, and with it all that the work has loaded. A thread that ends does not give its
 * memory back: the engine keeps the pages for the next thread, and the code that it has run stays in memory.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';

/** Bytes that may come back: the tables of all MAVLink messages are 1 MB. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * Runs a module that ends with `answerApart`, and gives what it has answered.
 * @param args what the module finds behind its own name in `process.argv`.
 * @throws Error with the last words of the process where it gives no answer.
 */
export async function runApart(module: URL, ...args: string[]): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const options = { encoding: 'buffer' as const, maxBuffer: MOST_BYTES };
  const flags = ['--disable-warning=ExperimentalWarning', ...process.execArgv];
  execFile(process.execPath, [...flags, fileURLToPath(module), ...args], options, (error, answer, words) => {
    if (error === null) resolve(answer);
    else
      reject(new Error(`${fileURLToPath(module)} failed: ${words.toString().trim().slice(-1000)}`, { cause: error }));
  });
  return deserialize(await promise);
}

/** Answers `runApart`; the last that a module does. The answer may be whatever structured cloning takes. */
export function answerApart(answer: unknown): void {
  process.stdout.write(serialize(answer));
}
