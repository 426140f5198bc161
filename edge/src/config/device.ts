/** What the configuration says of every device, whatever it speaks. */
import { Calibration, Id } from '@karez/model/schemas';
import Type, { type Static } from 'typebox';

/** Unknown keys are refused everywhere. */
export const closed = { additionalProperties: false } as const;
export const Title = Type.String({ minLength: 1, maxLength: 120 });
export const Position = Type.Tuple(
  [Type.Number({ minimum: -180, maximum: 180 }), Type.Number({ minimum: -90, maximum: 90 })],
  {
    maxItems: 2,
  },
);

export const deviceHead = {
  id: Id,
  title: Type.Optional(Title),
  profile: Id,
  field: Type.Optional(Id),
  position: Type.Optional(Position),
  depthCm: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 9_999,
      description: 'Depth of the probe; becomes the place of its soil channels.',
    }),
  ),
  heightCm: Type.Optional(Type.Integer({ minimum: 0, maximum: 9_999 })),
  intervalMs: Type.Optional(
    Type.Integer({ minimum: 100, maximum: 86_400_000, description: "Default: the profile's." }),
  ),
  calibration: Type.Optional(Type.Array(Calibration, { maxItems: 100 })),
};

export const SingleDevice = Type.Object(deviceHead, closed);
export type DeviceConfig = Static<typeof SingleDevice>;
