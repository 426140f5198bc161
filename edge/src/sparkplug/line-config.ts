/** A line of the configuration on which Sparkplug edge nodes speak. */
import Type, { type Static } from 'typebox';
import { closed, deviceHead } from '../config/device.ts';
import { sourceHead } from '../mqtt/source-config.ts';

/** Section 4.1 of Sparkplug 3.0.0: any text that may stand in a topic. */
const Level = (description: string) => Type.String({ pattern: '^[^+#/]{1,100}$', description });

export const SparkplugLine = Type.Object(
  {
    type: Type.Literal('sparkplug'),
    ...sourceHead,
    hostId: Type.Optional(
      Level(
        'Name of this host, which edge nodes wait for that have a primary host; left out, the gateway does not say that it is there. No + # or /.',
      ),
    ),
    devices: Type.Array(
      Type.Object(
        {
          ...deviceHead,
          group: Level('Group id, as in the topic. No + # or /.'),
          node: Level('Edge node id. No + # or /.'),
          device: Type.Optional(Level('Device id; left out, the metrics of the node itself. No + # or /.')),
        },
        closed,
      ),
      { minItems: 1 },
    ),
  },
  closed,
);
export type SparkplugLineConfig = Static<typeof SparkplugLine>;
