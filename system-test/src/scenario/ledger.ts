/** The books of a run that has drained and stopped, and what they prove. Nothing of the code that wrote them is used. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CloudBook, readCloudBook, readEmbeddedRows, readGatewayBook, type StoredRows } from '../torture/books.ts';
import { type AckedMessage, NODE_CHANNELS, proveNumbers } from '../torture/proof.ts';

export interface Books {
  /** What should be there and is not, in words. */
  missing: string[];
  /** What is there twice. */
  doubled: string[];
  accepted: number;
  stored: number;
  /** Messages of nodes and uplinks of LoRaWAN devices that were acknowledged. */
  messages: number;
}

/** Before this, 2020-01-01, no clock is right: the gateway dates such messages itself (docs/PROTOCOL.md, field device to gateway). */
const EARLIEST_MS = 1_577_836_800_000;
const SHOWN = 3;

export function readBooks(folder: string): Books {
  const cloudFile = join(folder, 'cloud/cloud.db');
  const gateway = readGatewayBook(join(folder, 'gateway/journal.db'));
  const cloud: CloudBook = readCloudBook(cloudFile);
  const rows = readEmbeddedRows(cloudFile);
  const numbers = proveNumbers({ gateway, cloud, rows });
  const acked = readAcked(join(folder, 'sim/acked.ndjson'));
  const uplinks = readAcked(join(folder, 'sim/uplinks.ndjson'));
  const messages = compareMessages(acked, rows);
  const saidLost = Object.entries(gateway.lost).map(([reason, n]) => `the gateway lost ${n} readings: ${reason}`);
  return {
    missing: [...numbers.missing, ...saidLost, ...messages.missing, ...missingUplinks(uplinks, rows)],
    doubled: [...numbers.doubled, ...messages.doubled],
    ...{ accepted: numbers.accepted, stored: rows.count, messages: acked.length },
  };
}

function readAcked(path: string): AckedMessage[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as AckedMessage);
}

/** Each acknowledged uplink is there, at the time of its reception; the record has none that a fault broke. */
function missingUplinks(uplinks: readonly AckedMessage[], rows: StoredRows): string[] {
  return [...Map.groupBy(uplinks, (uplink) => uplink.device)].flatMap(([device, own]) => {
    const dated = own.filter(({ t }) => t >= EARLIEST_MS);
    const there = new Set(rows.times.get(`${device}/radio.rssi`) ?? []);
    const gone = dated.filter(({ t }) => !there.has(t));
    const such = gone.slice(0, SHOWN).map(({ n }) => n);
    return gone.length === 0 ? [] : [`${device}: ${gone.length} acknowledged uplinks are not there, such as n ${such}`];
  });
}

/** Each acknowledged message of a node is there, whole and once; with its own time where that can be true. */
function compareMessages(acked: readonly AckedMessage[], rows: StoredRows): Pick<Books, 'missing' | 'doubled'> {
  const missing: string[] = [];
  const doubled: string[] = [];
  for (const [device, messages] of Map.groupBy(acked, (message) => message.device)) {
    const { dated = [], undated = [] } = Object.groupBy(messages, ({ t }) => (t < EARLIEST_MS ? 'undated' : 'dated'));
    const times = new Set(dated.map(({ t }) => t));
    // A message that was sent twice is acknowledged twice.
    const unlike = new Set(undated.map(({ n, t }) => `${n} ${t}`)).size;
    for (const channel of NODE_CHANNELS) {
      const there = rows.times.get(`${device}/${channel}`) ?? [];
      const once = new Set(there);
      const gone = dated.filter(({ t }) => !once.has(t));
      if (gone.length > 0)
        missing.push(
          `${device}/${channel}: ${gone.length} acknowledged messages are not there, such as n ${gone.slice(0, SHOWN).map(({ n }) => n)}`,
        );
      const twice = there.filter((t) => times.has(t)).length - [...once].filter((t) => times.has(t)).length;
      if (twice > 0) doubled.push(`${device}/${channel}: ${twice} messages are there twice`);
      // What is left was dated by the gateway, but for the one message whose acknowledgement may be under way.
      const others = there.filter((t) => !times.has(t)).length;
      if (others < unlike)
        missing.push(`${device}/${channel}: ${unlike - others} messages of a clock in 1970 are not there`);
      if (others > unlike + 1)
        doubled.push(`${device}/${channel}: ${others - unlike} readings more than there were messages`);
    }
  }
  return { missing, doubled };
}
