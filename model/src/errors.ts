/**
 * Coded errors. An expected failure carries a code from this table, a message that the person in front of it can act
 * on, its cause, and whether trying again can help. A broken invariant is not here: it stops the process.
 */

interface ErrorKind {
  /** Whether the same call may succeed later without anybody changing anything. */
  retry: boolean;
  /** What it means, for docs/PROTOCOL.md and the API. */
  meaning: string;
}

export const ERROR_CODES = {
  CONFIG_INVALID: { retry: false, meaning: 'A configuration file does not fit its schema.' },
  FILE_UNREADABLE: { retry: false, meaning: 'A file that is needed is missing or may not be read.' },
  PORT_TAKEN: { retry: false, meaning: 'Another program already listens on this port.' },
  PROFILE_UNKNOWN: { retry: false, meaning: 'No device profile has this id.' },
  FRAME_TOO_SHORT: { retry: false, meaning: 'A frame ended before its declared or fixed length.' },
  FRAME_TOO_LONG: { retry: false, meaning: 'A frame is longer than its protocol allows.' },
  FRAME_CHECKSUM: { retry: false, meaning: 'The checksum of a frame does not match its content.' },
  FRAME_SIGNATURE: {
    retry: false,
    meaning:
      'A frame that should be signed is not, or its signature does not fit the key, or its time is not believable.',
  },
  FRAME_MALFORMED: {
    retry: false,
    meaning: 'A frame has the right checksum, or none, but not the form its protocol asks for.',
  },
  FRAME_UNEXPECTED: {
    retry: false,
    meaning: 'A well-formed frame that answers another question or comes from another device.',
  },
  DEVICE_TIMEOUT: { retry: true, meaning: 'A device did not answer in time.' },
  DEVICE_EXCEPTION: { retry: false, meaning: 'A device answered that it refuses the request.' },
  TRANSPORT_CLOSED: { retry: true, meaning: 'A serial port or connection is not open.' },
  PAYLOAD_INVALID: { retry: false, meaning: 'A message does not fit the schema of its topic or profile.' },
  PAYLOAD_TOO_LARGE: { retry: false, meaning: 'A message is larger than the limit of its topic.' },
  CODEC_FAILED: {
    retry: false,
    meaning: 'A codec script of a profile failed, took too long or asked for more than it may have.',
  },
  VALUE_INVALID: { retry: false, meaning: 'A value is not a finite number where one is needed.' },
  JOURNAL_FULL: { retry: true, meaning: 'The journal has no room and its policy is to keep what it has.' },
  JOURNAL_UNWRITABLE: { retry: true, meaning: 'The disk refuses writes: full, read-only or failing.' },
  JOURNAL_NEWER: { retry: false, meaning: 'The journal was written by a newer Karez; this one leaves it as it is.' },
  JOURNAL_CORRUPT: { retry: false, meaning: 'A part of the journal could not be read and was set aside.' },
  BATCH_MALFORMED: { retry: false, meaning: 'A batch does not follow the wire format.' },
  BATCH_CHECKSUM: {
    retry: false,
    meaning: 'The checksum of a batch does not match, or it was filed under another gateway.',
  },
  BATCH_VERSION: { retry: false, meaning: 'A batch has a format version that this program does not read.' },
  BATCH_TOO_LARGE: { retry: false, meaning: 'A batch declares or holds more than the limits allow.' },
  CATALOG_UNKNOWN: { retry: true, meaning: 'A batch names channels whose description has not arrived yet.' },
  TIME_IN_FUTURE: { retry: false, meaning: 'A reading claims a time further ahead than the limit allows.' },
  SEQ_CONFLICT: {
    retry: false,
    meaning: 'The store holds another value under this sequence number, channel and time.',
  },
  STORE_REFUSED: { retry: false, meaning: 'The store will never take this reading; its own reason is given.' },
  STORE_UNAVAILABLE: { retry: true, meaning: 'The store could not commit.' },
  BUSY: { retry: true, meaning: 'The cloud has enough work in hand; send again later.' },
  NOT_AUTHORISED: { retry: false, meaning: 'The credential is wrong or does not allow this.' },
  LOGIN_NEEDED: { retry: false, meaning: 'Somebody must log in, or send a token, before this is answered.' },
  LOGIN_REFUSED: { retry: false, meaning: 'Name and password do not belong together, or a one-time link is used up.' },
  TOO_MANY_TRIES: { retry: true, meaning: 'Too many wrong passwords; wait as long as is said.' },
  CONFLICT: { retry: false, meaning: 'What is there already does not allow this.' },
  NOT_FOUND: { retry: false, meaning: 'There is nothing of this name.' },
  REQUEST_INVALID: { retry: false, meaning: 'A request does not fit its schema.' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** A row of problems.ts, by its name, and what stands in its words. */
export interface ErrorProblem {
  id: string;
  params: Readonly<Record<string, string | number>>;
}

export class KarezError extends Error {
  readonly code: ErrorCode;
  readonly retry: boolean;
  /** Where it happened: a key of a configuration, a field of a payload, a device. */
  readonly where: string | undefined;
  /** Its name and parameters in problems.ts, where people see it. */
  readonly problem: ErrorProblem | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; where?: string; problem?: ErrorProblem | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'KarezError';
    this.code = code;
    this.retry = ERROR_CODES[code].retry;
    this.where = options.where;
    this.problem = options.problem;
  }
}

/** The code of any error, or `undefined` where it is not one of ours. */
export function codeOf(error: unknown): ErrorCode | undefined {
  return error instanceof KarezError ? error.code : undefined;
}

/** The text of any thrown thing. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
