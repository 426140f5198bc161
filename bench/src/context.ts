/** What each part of the measurement is given. */
export interface BenchContext {
  /** A folder on a real disk that is removed afterwards. */
  folder: string;
  /** Where the recorded files are. */
  dataDir: string;
  /** Where CPU profiles of the processes go; left out, none are taken. */
  profileDir?: string;
  /** Tells how far it is. */
  say(text: string): void;
  /** Runs when the part ends, fails or is interrupted, last one first. */
  atEnd(run: () => unknown): void;
}
