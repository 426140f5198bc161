/** Calibrations as configuration, inventory and API have them. */
import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const Key = Type.String({
  pattern: '^[a-z]+\\.[a-z0-9-]+(@[a-z][0-9]{1,4})?$',
  description: 'A channel: a quantity, with @ and its place where the profile has several.',
});
const Finite = Type.Number({ minimum: -1e12, maximum: 1e12 });
const Point = Type.Tuple([Finite, Finite], { maxItems: 2 });

const formula = {
  of: Type.Optional(
    Type.String({ ...Key, description: 'Channel whose value it starts from; left out, the calibrated one itself.' }),
  ),
  curve: Type.Optional(Type.String({ maxLength: 60, description: 'Name of a soil curve, such as topp-1980.' })),
  polynomial: Type.Optional(
    Type.Array(Finite, { minItems: 1, maxItems: 8, description: 'Coefficients, the constant first.' }),
  ),
  points: Type.Optional(
    Type.Tuple([Point, Point], {
      maxItems: 2,
      description: 'Two points: as measured and as true; a straight line goes through both.',
    }),
  ),
  scale: Type.Optional(Type.Number({ ...Finite, description: 'Factor after the above, default 1.' })),
  offset: Type.Optional(Type.Number({ ...Finite, description: 'Added last, default 0.' })),
  note: Type.Optional(Type.String({ maxLength: 200, description: 'Who calibrated against what, for people.' })),
};

export const CalibrationFormula = Type.Object(formula, closed);
export type CalibrationFormula = Static<typeof CalibrationFormula>;

/** One entry under a device's `calibration`. */
export const Calibration = Type.Object(
  {
    channel: Key,
    from: Type.Optional(
      Type.String({
        pattern: '^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2})?Z)?$',
        description: 'A UTC time like 2026-05-01T06:00:00Z, or a day.',
      }),
    ),
    ...formula,
  },
  closed,
);
export type Calibration = Static<typeof Calibration>;

/** A version of a channel's calibration, as the inventory has it. */
export const CatalogCalibration = Type.Object(
  {
    version: Type.Integer({ minimum: 1, description: 'Rises with every change of this channel.' }),
    fromMs: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      description: 'Readings sampled from here on, UTC milliseconds, until the next version.',
    }),
    number: Type.Integer({
      minimum: 1,
      maximum: 65_535,
      description: 'Channel number of the readings that were calibrated with it.',
    }),
    formula: Type.Union([CalibrationFormula, Type.Null()], {
      description: 'Null: as the device says it, after an earlier calibration.',
    }),
  },
  closed,
);
export type CatalogCalibration = Static<typeof CatalogCalibration>;
