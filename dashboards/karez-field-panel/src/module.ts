/** Registers the panel with Grafana: its component and its options. */
import { PanelPlugin } from '@grafana/data';
import { FieldPanel } from './components/field-panel.tsx';
import { DEFAULTS, type FieldOptions } from './options.ts';

export const plugin = new PanelPlugin<FieldOptions>(FieldPanel).setPanelOptions((builder) =>
  builder
    .addNumberInput({
      path: 'swathWidthM',
      name: 'Width of the boom',
      description: 'Ground that all sections together spray, metres.',
      defaultValue: DEFAULTS.swathWidthM,
      settings: { min: 0.1, max: 100, step: 0.1 },
    })
    .addNumberInput({
      path: 'sections',
      name: 'Sections',
      description: 'Each an equal share of the width; bit 0 of the mask is the leftmost one.',
      defaultValue: DEFAULTS.sections,
      settings: { min: 1, max: 31, step: 1, integer: true },
    })
    .addRadio({
      path: 'doseUnit',
      name: 'Unit of the dose',
      defaultValue: DEFAULTS.doseUnit,
      settings: {
        options: [
          { value: 'L/ha', label: 'L/ha' },
          { value: 'L/mu', label: 'L/mu (升/亩)' },
        ],
      },
    })
    .addNumberInput({
      path: 'targetDose',
      name: 'Wished dose',
      description: 'In that unit. 0: colours go from little to much.',
      defaultValue: DEFAULTS.targetDose,
      settings: { min: 0 },
    })
    .addRadio({
      path: 'colour',
      name: 'Colour the ground by',
      defaultValue: DEFAULTS.colour,
      settings: {
        options: [
          { value: 'dose', label: 'Dose' },
          { value: 'passes', label: 'Once, again, skipped' },
        ],
      },
    })
    .addNumberInput({
      path: 'longestGapS',
      name: 'Longest gap',
      description: 'Fixes further apart than so many seconds are not joined.',
      defaultValue: DEFAULTS.longestGapS,
      settings: { min: 0.2, max: 600 },
    })
    .addNumberInput({
      path: 'cellM',
      name: 'Side of a cell',
      description: 'Of the coverage, metres. Large fields get larger cells.',
      defaultValue: DEFAULTS.cellM,
      settings: { min: 0.1, max: 20, step: 0.1 },
    })
    .addBooleanSwitch({ path: 'showTrack', name: 'Track', defaultValue: DEFAULTS.showTrack })
    .addBooleanSwitch({ path: 'showNames', name: 'Names of sensors', defaultValue: DEFAULTS.showNames }),
);
