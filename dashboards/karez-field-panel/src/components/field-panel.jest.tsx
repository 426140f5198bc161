/** The panel as a component, with frames as Grafana's own package makes them. */
import { createTheme, FieldType, type PanelProps, standardEditorsRegistry, toDataFrame } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import { plugin } from '../module.ts';
import { DEFAULTS, type FieldOptions } from '../options.ts';
import { barOf } from './field-map.tsx';
import { FieldPanel } from './field-panel.tsx';
import { colourOfState } from './state-colour.ts';

const OUTLINE = '[[86.05, 44.302], [86.0541, 44.3021], [86.0543, 44.3041], [86.0501, 44.304]]';
const times = Array.from({ length: 61 }, (_, i) => 1_780_000_000_000 + i * 1000);
const frames = [
  { fields: [{ name: 'outline', type: FieldType.string, values: [OUTLINE] }] },
  {
    fields: [
      { name: 'device', type: FieldType.string, values: ['soil-1', 'soil-2'] },
      { name: 'latitude', type: FieldType.number, values: [44.3026, 44.3031] },
      { name: 'longitude', type: FieldType.number, values: [86.0512, 86.0522] },
      { name: 'state', type: FieldType.string, values: ['ok', 'silent'] },
    ],
  },
  {
    fields: [
      { name: 'Time', type: FieldType.time, values: times },
      { name: 'latitude', type: FieldType.number, values: times.map(() => 44.303) },
      { name: 'longitude', type: FieldType.number, values: times.map((_, i) => 86.051 + i * 0.00003) },
      { name: 'flow', type: FieldType.number, values: times.map(() => 6) },
    ],
  },
].map((frame) => toDataFrame(frame));

const show = (series: unknown, more: Partial<PanelProps<FieldOptions>> = {}) =>
  render(
    <FieldPanel
      {...({ data: { series }, options: DEFAULTS, width: 800, height: 500, ...more } as PanelProps<FieldOptions>)}
    />,
  );

test('field, sensors and job are named and counted', () => {
  show(frames);
  expect(screen.getByRole('img').getAttribute('aria-label')).toMatch(/2 sensors, 1 tracks, 0\.0[89] ha sprayed/);
  expect(screen.getByText('soil-1: ok')).toBeTruthy();
  expect(screen.getByText('6.0 L')).toBeTruthy();
  expect(screen.getByText('silent')).toBeTruthy();
});

test('in mu, and without room for a legend', () => {
  const { unmount } = show(frames, { options: { ...DEFAULTS, doseUnit: 'L/mu' } });
  expect(screen.getAllByText(/mu/).length).toBeGreaterThan(2);
  unmount();
  show(frames, { height: 150 });
  expect(screen.queryByText('6.0 L')).toBeNull();
});

test('what cannot be read is said', () => {
  show([toDataFrame({ refId: 'X', fields: [{ name: 'v', values: [1] }] })]);
  expect(screen.getByText(/query X: needs the columns/)).toBeTruthy();
});

test('a board may map colours of states', () => {
  const theme = createTheme();
  const column = { name: 'state', values: ['wet'] };
  expect(colourOfState({ state: 'ok', column }, theme)).toBe(theme.visualization.getColorByName('green'));
  expect(colourOfState({ state: 'wet', column }, theme)).toBe(theme.visualization.getColorByName('blue'));
  const mapped = { ...column, config: { mappings: [{}] }, display: () => ({ color: '#123456' }) };
  expect(colourOfState({ state: 'wet', column: mapped as never }, theme)).toBe('#123456');
});

test('the scale is a round length', () => {
  expect([0.7, 1, 3, 7, 49, 180].map(barOf)).toEqual([0.5, 1, 2, 5, 20, 100]);
});

test('every option that the panel knows has a default', () => {
  // A Grafana server fills this when it starts.
  const editors = ['number', 'radio', 'boolean'].map((id) => ({ id, name: id, editor: () => null }));
  standardEditorsRegistry.setInit(() => editors);
  expect(plugin.panel).toBe(FieldPanel);
  expect(plugin.defaults).toEqual(DEFAULTS);
});
