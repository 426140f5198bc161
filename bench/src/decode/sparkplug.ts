import { type SparkMetric, sparkPayload, sparkSamples } from '@karez/edge';
import { profileOf, type SparkplugProfile } from '@karez/model';
import protobuf from 'protobufjs';
import type { DecoderRow } from './rows.ts';
import { recorded } from './speed.ts';

const FRAMES = 1_000;
const profile = profileOf('sparkplug-soil-node') as SparkplugProfile;

/** Sparkplug 3.0.0, section 6.4: all fields that this profile's messages have. */
const DEFINITION = `
syntax = "proto2";
message Metric {
  optional string name = 1; optional uint64 alias = 2; optional uint64 timestamp = 3; optional uint32 datatype = 4;
  optional bool is_historical = 5; optional bool is_transient = 6; optional bool is_null = 7;
  optional uint32 int_value = 10; optional uint64 long_value = 11; optional float float_value = 12;
  optional double double_value = 13; optional bool boolean_value = 14; optional string string_value = 15;
}
message Payload { optional uint64 timestamp = 1; repeated Metric metrics = 2; optional uint64 seq = 3; }
`;

export const sparkplugRow: DecoderRow = {
  id: 'sparkplug',
  what: 'births of a soil node with eight metrics',
  ours() {
    const frames = recorded(profile);
    return {
      frames: FRAMES,
      once() {
        let sum = 0;
        for (let i = 0; i < FRAMES; i++) {
          const { metrics, timeMs } = sparkPayload(frames[i % frames.length] as Uint8Array);
          const { samples } = sparkSamples('node', profile, metrics as SparkMetric[], timeMs, () => undefined);
          for (const { values } of samples) sum += values.length;
        }
        return sum;
      },
    };
  },
  plain: {
    what: 'protobufjs, to messages',
    run() {
      const frames = recorded(profile);
      const type = protobuf.parse(DEFINITION).root.lookupType('Payload');
      return {
        frames: FRAMES,
        once() {
          let sum = 0;
          for (let i = 0; i < FRAMES; i++) {
            const message = type.decode(frames[i % frames.length] as Uint8Array) as unknown as { metrics: unknown[] };
            sum += message.metrics.length;
          }
          return sum;
        },
      };
    },
  },
};
