/**
 * Finds answers in what came in, amid noise: a break reads as zero bytes, a half-duplex adapter gives our own command
 * back, a late answer of another sensor may stand before ours. The `!` ends commands and stands nowhere else (SDI-12
 * v1.4, section 4.4), so that an echo is told from an answer.
 */
import { KarezError } from '@karez/model';
import { printed } from './answers.ts';
import { CRC_LENGTH } from './crc.ts';

/** Lines that have ended, line ends, an echo and noise before them left out; empty ones too. */
export function wholeLines(heard: string): string[] {
  const lines = heard.split('\n');
  lines.pop();
  return lines.map(withoutNoise).filter((line) => line !== '');
}

/** What has come of a line that has not ended, the same left out. */
export function openLine(heard: string): string {
  return withoutNoise(heard.slice(heard.lastIndexOf('\n') + 1));
}

function withoutNoise(line: string): string {
  const echo = line.lastIndexOf('!');
  return line
    .slice(echo + 1)
    .replace(/\r+$/, '')
    .replace(/^[^!-~]+/, '');
}

export interface Found<T> {
  answer: T;
  /** What stands behind its line. */
  rest: string;
}

/**
 * The first line of `heard` that `read` takes. A line with a CRC is also tried without what stands before the address,
 * because the CRC proves it; without one, a line is taken whole or not at all.
 */
export function findAnswer<T>(
  heard: string,
  address: string,
  hasCrc: boolean,
  read: (line: string) => T,
): Found<T> | undefined {
  let from = 0;
  for (let end = heard.indexOf('\n'); end >= 0; end = heard.indexOf('\n', from)) {
    const whole = withoutNoise(heard.slice(from, end));
    from = end + 1;
    for (const line of hasCrc ? suffixes(whole, address) : [whole]) {
      try {
        return { answer: read(line), rest: heard.slice(from) };
      } catch (error) {
        if (!(error instanceof KarezError)) throw error;
      }
    }
  }
  return undefined;
}

/** The line, and it from each later place where the address stands. */
function suffixes(line: string, address: string): string[] {
  const all = [line];
  for (let at = line.indexOf(address, 1); at > 0; at = line.indexOf(address, at + 1))
    if (line.length - at > CRC_LENGTH) all.push(line.slice(at));
  return all;
}

/** Why there was no answer that `read` takes: nothing came, or what is wrong with what did. */
export function whyNone(heard: string, address: string, read: (line: string) => unknown): KarezError {
  const where = `address ${address}`;
  for (const line of wholeLines(heard)) {
    try {
      read(line);
    } catch (error) {
      if (!(error instanceof KarezError)) throw error;
      return new KarezError(error.code, `${where}: ${error.message}`, { where });
    }
  }
  const rest = openLine(heard);
  if (rest !== '') return new KarezError('FRAME_TOO_SHORT', `${where}: "${printed(rest)}" has no line end`, { where });
  const isEcho = heard.includes('!');
  return new KarezError(
    'DEVICE_TIMEOUT',
    `${where} does not answer${isEcho ? ': only our own command came back' : ''}`,
    {
      where,
    },
  );
}
