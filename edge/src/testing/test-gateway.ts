/** A whole gateway in virtual time: the real parts, a journal in this thread, a cloud that a test plays. Its device is a mast. */

import { cpSync } from 'node:fs';
import { QUANTITIES, type RulesMessage, silentLogger, toRows } from '@karez/model';
import { parseProfile, parseRulesMessage } from '@karez/model/schemas';
import { type VirtualClock, virtualClock } from '@karez/model/testing';
import { decodeBatch } from '@karez/model/wire';
import type { LoadedConfig } from '../config.ts';
import { type Gateway, startGateway } from '../gateway.ts';
import type { JournalMethod } from '../journal/journal-host.ts';
import { inline } from '../journal/journal-inline.ts';
import type { Sample } from '../ports.ts';
import type { LinkEvents } from '../uplink/link.ts';

export const FARM = 'farm';
export const GATEWAY = 'gw-1';
export const MAST_INTERVAL_MS = 60_000;
/** So far apart that no temperature of these tests jumps. */
const APART_MS = 60_000;
/** Channels of the mast, in the order of its samples. */
export const MAST_QUANTITIES = ['air.temperature', 'air.humidity'] as const;

/** One reading with its names. */
export interface SentReading {
  name: string;
  timeMs: number;
  value: number;
  quality: number;
}

export interface TestGateway {
  gateway: Gateway;
  clock: VirtualClock;
  /** Every batch that left, decoded; repeats are left out. */
  sent: Map<number, SentReading>;
  /** The last of what was published on a leaf, parsed. */
  said(leaf: 'status' | 'inventory'): Record<string, unknown> | undefined;
  /** Connects the cloud, which acknowledges everything and knows the time. */
  linkUp(): Promise<void>;
  linkDown(): Promise<void>;
  /** Sends rules down. */
  rules(message: unknown): Promise<void>;
  /** Where it keeps its data now. */
  readonly folder: string;
  /** One sample of the mast a minute later, taken then or at another time; resolves once it is accepted. */
  measure(values: readonly number[], more?: Partial<Sample>): Promise<void>;
  /** Ends it as a power cut would, and starts another on the same disk. */
  restart(options?: { isClean?: boolean; bootUuid?: string }): Promise<void>;
  stop(): Promise<void>;
}

export interface TestGatewayOptions {
  dataDir: string;
  clock?: VirtualClock;
  /** Throws in the place of the disk. */
  disk?(method: JournalMethod): void;
  /** Whether the machine has NTP; without it, and without a link, readings are undated. */
  isSynchronised?: boolean;
}

const mast = parseProfile(
  {
    ...{
      id: 'mast',
      title: { en: 'Mast', zh: '气象杆' },
      maker: 'test',
      kind: 'weather',
      intervalMs: MAST_INTERVAL_MS,
    },
    ...{ protocol: 'mqtt-json', source: 'this test' },
    channels: MAST_QUANTITIES.map((quantity) => ({ quantity, path: quantity.replace('.', '-'), decimals: 1 })),
    frames: [
      {
        json: '{"air-temperature":1,"air-humidity":50}',
        values: { 'air.temperature': 1, 'air.humidity': 50 },
        source: 'made',
      },
    ],
  },
  'mast',
);

export async function startTestGateway(options: TestGatewayOptions): Promise<TestGateway> {
  const { dataDir, disk = () => {}, clock = virtualClock(), isSynchronised = true } = options;
  const loaded: LoadedConfig = {
    config: {
      ...{ farm: { id: FARM, title: 'Farm', timeZone: 'UTC' }, gateway: { id: GATEWAY, title: 'Gateway' }, data: '' },
      ...{ secrets: '', uplink: { url: 'mqtt://cloud' } },
      fields: [
        {
          id: 'orchard',
          title: 'Orchard',
          crop: 'pear',
          outline: [
            [0, 0],
            [1, 0],
            [1, 1],
          ] as [number, number][],
        },
      ],
    },
    secrets: { uplink: '' },
    dataDir,
    devices: [{ id: 'mast', profile: 'mast', title: 'Mast', field: 'orchard', profileRecord: mast }],
  };
  let folder = dataDir;
  let events: LinkEvents | undefined;
  let isUp = false;
  const sent = new Map<number, SentReading>();
  const last = new Map<string, Record<string, unknown>>();
  let epoch = '';

  function received(leaf: string, payload: Uint8Array | string): void {
    if (typeof payload === 'string') {
      const value = JSON.parse(payload) as Record<string, unknown>;
      last.set(leaf, value);
      if (leaf === 'inventory') epoch = value.epoch as string;
      if (leaf === 'status' && value.online === true) answer({ acked: [], echoMs: value.monoMs });
      return;
    }
    const names = namesOf(last.get('inventory'));
    const { readings } = decodeBatch(payload, { farm: FARM, gateway: GATEWAY });
    for (const { seq, channel, timeMs, value, quality } of toRows(readings))
      sent.set(seq, { name: names.get(channel) ?? `channel ${channel}`, timeMs, value, quality });
    answer({ acked: [[readings.seq[0], readings.seq[readings.count - 1]]] });
  }
  function answer(more: object): void {
    const ack = { v: 1, epoch, refused: [], retry: [], timeMs: clock.wallMs(), ...more };
    queueMicrotask(() => events?.message('ack', new TextEncoder().encode(JSON.stringify(ack))));
  }
  /** Counts lives: what an earlier one says reaches nobody. */
  let life = 0;
  const connectOf = (own: number) => (next: LinkEvents) => {
    if (own !== life) return () => {};
    events = next;
    if (isUp) queueMicrotask(() => link(next, own));
    else queueMicrotask(() => next.down('no link'));
    return () => {};
  };
  const link = (to: LinkEvents, own: number) =>
    to.up({
      async publish(leaf, payload) {
        if (!isUp || own !== life) throw new Error('the link is down');
        received(leaf, payload);
      },
      close: () => to.down(null),
    });
  const start = (bootUuid = 'boot-1') =>
    startGateway(
      { ...loaded, dataDir: folder },
      {
        ...{ clock, random: { next: () => 0.5 }, logger: silentLogger, bootUuid, connect: connectOf(++life) },
        ...{ startJournal: inline(disk), isSynchronised: async () => isSynchronised },
        readRules: async (text: string) => parseRulesMessage(JSON.parse(text)),
      },
      'test',
    );
  let gateway = await start();
  await clock.advance(1_000);
  return {
    get gateway() {
      return gateway;
    },
    get folder() {
      return folder;
    },
    ...{ clock, sent },
    said: (leaf) => last.get(leaf),
    async linkUp() {
      isUp = true;
      await clock.advance(60_000);
    },
    async linkDown() {
      isUp = false;
      events?.down('cut');
      await clock.advance(0);
    },
    async rules(message) {
      events?.message(
        'rules',
        new TextEncoder().encode(typeof message === 'string' ? message : JSON.stringify(message)),
      );
      await clock.advance(200);
    },
    async measure(values, more = {}) {
      await clock.advance(APART_MS);
      const channels = values.map((_, i) => i);
      const accepted = gateway.pipeline.accept({ device: 'mast', channels, values, ...more });
      await Promise.all([accepted, clock.advance(150)]);
    },
    async restart({ isClean = false, bootUuid } = {}) {
      if (isClean) await Promise.all([gateway.stop(), clock.advance(2_000)]);
      else {
        // The earlier process lives on in its own folder, where nobody hears it.
        const next = `${folder}-`;
        cpSync(folder, next, { recursive: true });
        folder = next;
      }
      events = undefined;
      gateway = await start(bootUuid);
      await clock.advance(1_000);
    },
    async stop() {
      await Promise.all([gateway.stop(), clock.advance(5_000)]);
    },
  };
}

/** `device/quantity` by channel number. */
function namesOf(inventory: Record<string, unknown> | undefined): Map<number, string> {
  const devices = (inventory?.devices ?? []) as { id: string; channels: { number: number; quantity: string }[] }[];
  return new Map(devices.flatMap((d) => d.channels.map((c) => [c.number, `${d.id}/${c.quantity}`] as const)));
}

/** A rules message with frost below 0 °C, recovered at 1 °C, and whatever else. */
export function frostRules(revision: number, condition: object = {}, more: object = {}): RulesMessage {
  return {
    ...{ v: 1, revision, timeZone: 'UTC' },
    rules: [
      {
        revision,
        rule: {
          ...{ id: 'frost', enabled: true, scope: { fields: ['orchard'] }, severity: 'critical', tell: [] },
          title: { en: 'Frost', zh: '霜冻' },
          message: { en: 'Frost in {field}: {value} {unit}', zh: '{field}霜冻：{value} {unit}' },
          condition: {
            ...{ type: 'below', input: { quantity: 'air.temperature' }, unit: QUANTITIES['air.temperature'].unit },
            ...{ value: 0, recover: 1, ...condition },
          },
          ...more,
        },
      },
    ],
  } as RulesMessage;
}
