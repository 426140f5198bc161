/** The journal's work in the caller's thread, for tests in virtual time. */
import type { StartJournal } from './journal-call.ts';
import { JournalHost, type JournalMethod } from './journal-host.ts';

/** Works at once, in the caller's thread. `before` may throw in its place: a disk that fails. */
export function inline(before: (method: JournalMethod) => void = () => {}): StartJournal {
  return async (options, reopened) => {
    const host = new JournalHost(options, reopened);
    return {
      async call(method, ...args) {
        before(method);
        return host.call(method, args);
      },
    };
  };
}
