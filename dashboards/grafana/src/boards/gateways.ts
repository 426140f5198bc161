import type { Board } from '../board.ts';
import { noteQuery } from '../influx-query.ts';
import { lines, stat } from '../panels.ts';

const alias = '$tag_gateway';
const by = ['gateway'];

/** Whether readings are safe: journals, links, clocks. */
export const gatewaysBoard: Board = {
  uid: 'karez-gateways',
  title: 'Gateways',
  description: 'Journals, links and clocks of the gateways, as they say it every half minute.',
  from: 'now-24h',
  variables: ['farm'],
  panels: [
    stat(
      {
        title: 'Hours until the journal is full',
        description: 'At the present rate, if nothing left any more. Empty while nothing comes in.',
      },
      { unit: 'h', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("journal.hours")', by, 'none'), alias }],
    ),
    stat(
      { title: 'Accepted', description: 'Readings that the gateway has given a number, since its journal began.' },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("accepted")', by, 'none'), alias }],
    ),
    stat(
      { title: 'Refused', description: 'Readings that the cloud put into quarantine, with the reason in the console.' },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("refused")', by, 'none'), alias }],
    ),
    stat(
      {
        title: 'Lost',
        description: 'Accepted and gone: a full journal by the farm’s choice, or a damaged card. The console says why.',
      },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("lost")', by, 'none'), alias }],
    ),
    lines(
      { title: 'Waiting for the cloud', description: 'It rises without a link and falls when it is back.' },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('gateway', 'max("waiting")', by), alias }],
    ),
    lines({ title: 'Journal', description: 'Bytes on the gateway’s disk.' }, { unit: 'decbytes', decimals: 1 }, [
      { query: noteQuery('gateway', 'max("journal.bytes")', by), alias },
    ]),
    lines(
      { title: 'Round trip', description: 'From sending a batch to its acknowledgement.' },
      { unit: 'ms', decimals: 0 },
      [{ query: noteQuery('gateway', 'mean("link.roundtrip")', by), alias }],
    ),
    lines(
      {
        title: 'Clock offset',
        description: 'True time less what the gateway’s own clock says. Readings carry the true time all the same.',
      },
      { unit: 'ms', decimals: 0 },
      [{ query: noteQuery('gateway', 'last("clock.offset")', by), alias }],
    ),
    lines(
      { title: 'Devices', description: 'How many there are, and how many of them are in trouble.' },
      { unit: 'none', decimals: 0 },
      [
        { query: noteQuery('gateway', 'last("devices")', by), alias: `${alias} all` },
        { query: noteQuery('gateway', 'last("devices.trouble")', by), alias: `${alias} in trouble` },
      ],
    ),
    lines(
      { title: 'Readings stored a minute', description: 'By gateway; a peak after a hole is a backlog that drains.' },
      { unit: 'short', decimals: 0 },
      [{ query: noteQuery('flow', 'sum("readings")', by), alias }],
      'bars',
    ),
  ],
};
