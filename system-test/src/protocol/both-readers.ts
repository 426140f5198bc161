/** What the reader of the document and the decoder of the model make of the same bytes. */
import { codeOf, messageOf, type Reading, toRows } from '@karez/model';
import { decodeBatch } from '@karez/model/wire';
import { type Origin, readBatch } from './batch-reader.ts';
import { BatchRefused } from './refusal.ts';

export const ORIGIN: Origin = { farm: 'north-farm', gateway: 'gw-1' };

/** Readings of a batch, or the code of the error that it was refused with. */
export type Outcome = { epoch: string; readings: Reading[] } | { refused: string; why: string };

export function byDocument(bytes: Uint8Array, origin = ORIGIN): Outcome {
  try {
    return readBatch(bytes, origin);
  } catch (error) {
    if (error instanceof BatchRefused) return { refused: error.code, why: error.message };
    throw error;
  }
}

export function byModel(bytes: Uint8Array, origin = ORIGIN): Outcome {
  try {
    const { epoch, readings } = decodeBatch(bytes, origin);
    return { epoch, readings: toRows(readings) };
  } catch (error) {
    const code = codeOf(error);
    if (code !== undefined) return { refused: code, why: messageOf(error) };
    throw error;
  }
}

/** Reads with both. @throws where they differ. */
export function byBoth(bytes: Uint8Array, origin = ORIGIN): Outcome {
  const document = byDocument(bytes, origin);
  const model = byModel(bytes, origin);
  const difference = outcomesDiffer(document, model);
  if (difference === undefined) return document;
  throw new Error(`${difference}: ${Buffer.from(bytes.subarray(0, 2000)).toString('hex')}`);
}

function outcomesDiffer(document: Outcome, model: Outcome): string | undefined {
  if ('refused' in document || 'refused' in model) {
    const say = (o: Outcome) => ('refused' in o ? `${o.refused} (${o.why})` : `${o.readings.length} readings`);
    const same = 'refused' in document && 'refused' in model && document.refused === model.refused;
    return same ? undefined : `by the document ${say(document)}, by the model ${say(model)}`;
  }
  if (document.epoch !== model.epoch) return `epoch ${document.epoch} by the document, ${model.epoch} by the model`;
  return firstDifference(document.readings, model.readings);
}

/** The first place where two lists of readings differ, to the last bit of a value. */
export function firstDifference(a: readonly Reading[], b: readonly Reading[]): string | undefined {
  if (a.length !== b.length) return `${a.length} readings, ${b.length} readings`;
  const differ = (x: Reading, y: Reading) =>
    x.seq !== y.seq ||
    x.timeMs !== y.timeMs ||
    x.channel !== y.channel ||
    !Object.is(x.value, y.value) ||
    x.quality !== y.quality;
  const at = a.findIndex((reading, i) => differ(reading, b[i] as Reading));
  return at < 0 ? undefined : `reading ${at}: ${JSON.stringify(a[at])}, ${JSON.stringify(b[at])}`;
}
