/**
 * Finds sentences in a stream: from `$` or `!` to the line end. What stands between is skipped and counted; a sentence that
 * another one begins in, because its end was lost, is told and given up. Holds less than one sentence.
 */
import { KarezError, messageOf } from '@karez/model';
import { LONGEST_SENTENCE, readSentence, type Sentence } from './sentence.ts';

export class SentenceFinder {
  readonly #needsChecksum: boolean;
  readonly #sentence: (sentence: Sentence) => void;
  readonly #bad: (error: KarezError, text: string) => void;
  /** The beginning of a sentence, or empty. */
  #held = '';
  /** Characters outside of sentences since the last good one. */
  skipped = 0;

  constructor(
    needsChecksum: boolean,
    sentence: (sentence: Sentence) => void,
    bad: (error: KarezError, text: string) => void,
  ) {
    this.#needsChecksum = needsChecksum;
    this.#sentence = sentence;
    this.#bad = bad;
  }

  /** Characters that may be the beginning of a sentence. */
  get waiting(): number {
    return this.#held.length;
  }

  push(chunk: Uint8Array): void {
    const text = this.#held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    let at = 0;
    try {
      for (;;) {
        const start = next(/[$!]/g, text, at);
        this.skipped += start - at;
        at = start;
        if (start === text.length) return;
        const end = next(/[\r\n$!]/g, text, start + 1);
        if (end === text.length && end - start <= LONGEST_SENTENCE) return;
        const isLineEnd = text[end] === '\r' || text[end] === '\n';
        at = isLineEnd ? end + 1 : end;
        this.#tell(text.slice(start, end), text[end]);
      }
    } finally {
      this.#held = text.slice(at);
    }
  }

  reset(): void {
    this.#held = '';
  }

  /** `after` is what ended it: a line end, the beginning of another, or nothing because it is too long. */
  #tell(text: string, after: string | undefined): void {
    let sentence: Sentence;
    try {
      if (after === '$' || after === '!')
        throw new KarezError('FRAME_MALFORMED', 'another sentence begins inside: the end is lost', { where: 'end' });
      sentence = readSentence(text, this.#needsChecksum);
    } catch (error) {
      if (!(error instanceof KarezError)) throw new Error(messageOf(error), { cause: error });
      this.skipped += text.length;
      this.#bad(error, text);
      return;
    }
    this.skipped = 0;
    this.#sentence(sentence);
  }
}

/** Where `pattern` stands next; the end of the text where it does not. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? text.length;
}
