/** Colour of a state: as the board maps it, else as Karez calls states, else blue. */
import type { Field, GrafanaTheme2 } from '@grafana/data';
import type { Sensor } from '../frames/read-frames.ts';

const KNOWN: Record<string, string> = {
  ...{ ok: 'green', warning: 'orange', critical: 'red', trouble: 'yellow', silent: 'purple', unknown: 'gray' },
};

export function colourOfState({ state, column }: Pick<Sensor, 'state' | 'column'>, theme: GrafanaTheme2): string {
  const { config, display } = column as unknown as Partial<Field>;
  const mapped = (config?.mappings?.length ?? 0) > 0 ? display?.(state).color : undefined;
  const known = KNOWN[state];
  if (mapped !== undefined) return mapped;
  if (known === 'gray') return theme.colors.text.disabled;
  return theme.visualization.getColorByName(known ?? 'blue');
}
