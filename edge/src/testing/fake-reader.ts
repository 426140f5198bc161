/** A reader of messages that remembers them, and that a test can stall or make refuse. */
import type { MessageReader, Publish } from '../mqtt/message-source.ts';

export interface FakeReader extends MessageReader {
  /** As `topic payload`. */
  readonly taken: string[];
  /** Messages that wait, by their text. */
  readonly waiting: Map<string, () => void>;
  /** While it returns an error, a message is not taken. */
  refuse: (text: string) => Error | undefined;
  /** Which messages wait. */
  stall: (text: string) => boolean;
  publish: Publish | undefined;
  refusals: number;
}

export function fakeReader(more: Partial<MessageReader> = {}): FakeReader {
  const reader: FakeReader = {
    topics: ['a/#'],
    ...{ qos: 1, isLasting: true, takesWills: false },
    taken: [],
    waiting: new Map(),
    refuse: () => undefined,
    stall: () => false,
    publish: undefined,
    refusals: 0,
    async take(topic, payload) {
      const text = Buffer.from(payload).toString();
      const error = reader.refuse(text);
      if (error !== undefined) {
        reader.refusals++;
        throw error;
      }
      if (reader.stall(text)) await new Promise<void>((resolve) => reader.waiting.set(text, resolve));
      reader.taken.push(`${topic} ${text}`);
    },
    mayHear: () => false,
    opened(publish) {
      reader.publish = publish;
    },
    status: () => [],
    async stop() {},
    ...more,
  };
  return reader;
}
