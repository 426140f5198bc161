import Type, { type Static } from 'typebox';
import { channelOf, profileOf } from './parts.ts';

/** Sparkplug B: a metric by the name that it has in the birth of its node or device (Sparkplug 3.0.0, chapter 6). */
export const SparkplugChannel = channelOf({
  metric: Type.String({ minLength: 1, maxLength: 300, description: 'Name in the birth, e.g. `Soil/10cm/Moisture`.' }),
  states: Type.Optional(
    Type.Record(Type.String(), Type.Number(), {
      description: 'Numbers for the texts of a String metric. A Boolean is 1 or 0 by itself.',
    }),
  ),
});

export const SparkplugProfile = profileOf('sparkplug', { channels: Type.Array(SparkplugChannel, { minItems: 1 }) });

export type SparkplugProfile = Static<typeof SparkplugProfile>;
