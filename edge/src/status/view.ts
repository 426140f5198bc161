/** Everything that the local page, its JSON and the metrics show, gathered in one place. */
import {
  ACTUATOR_PROFILE,
  ALERT_PROFILE,
  COMMAND_PROFILE,
  channelKey,
  type GatewayStatus,
  qualityNames,
} from '@karez/model';
import type { Catalog } from '../catalog.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeptRejection, Pipeline } from '../pipeline.ts';
import type { LineCount } from '../ports.ts';
import type { AlertRow } from './alert-rows.ts';

export interface GatewayView {
  status: GatewayStatus;
  counts: Pipeline['counts'];
  journal: Journal['state'];
  title: string;
  bytesSent: number;
  trouble: string | null;
  values: LocalRow[];
  lineCounts: LineCount[];
  /** What rules say now, the worst first. */
  alerts: AlertRow[];
  /** Transitions since the start: written, lost because the journal took nothing, waiting for it. */
  alertCounts: { written: number; dropped: number; waiting: number };
  rejections: (Omit<KeptRejection, 'bytes'> & { hex?: string })[];
}

export interface LocalRow {
  device: string;
  title: string;
  /** Title of its field; null where it stands in none. */
  field: string | null;
  channel: string;
  quantity: string;
  place: string | null;
  decimals: number;
  timeMs: number | null;
  value: number | null;
  quality: string[];
  intervalMs: number;
}

const SHOWN_REJECTIONS = 20;

/** One row for each channel of each device, in the order of the configuration. */
export function localRows(catalog: Catalog, pipeline: Pipeline): LocalRow[] {
  const fields = new Map(catalog.inventory.fields.map(({ id, title }) => [id, title]));
  return catalog.inventory.devices
    .filter((device) => device.active && ![ALERT_PROFILE, COMMAND_PROFILE, ACTUATOR_PROFILE].includes(device.profile))
    .flatMap((device) =>
      device.channels.map((c) => {
        const known = pipeline.values.get(c.number);
        return {
          ...{
            device: device.id,
            title: device.title,
            field: fields.get(device.field ?? '') ?? null,
            channel: channelKey(c),
            quantity: c.quantity,
            place: c.place ?? null,
            decimals: c.decimals,
          },
          ...{
            timeMs: known?.timeMs ?? null,
            value: known === undefined || Number.isNaN(known.value) ? null : known.value,
          },
          ...{ quality: qualityNames(known?.quality ?? 0), intervalMs: device.intervalMs },
        };
      }),
    );
}

/** The newest rejections first, bytes as hexadecimal. */
export function shownRejections(rejections: readonly KeptRejection[]): GatewayView['rejections'] {
  return rejections
    .slice(-SHOWN_REJECTIONS)
    .reverse()
    .map(({ bytes, ...rest }) => (bytes === undefined ? rest : { ...rest, hex: Buffer.from(bytes).toString('hex') }));
}
