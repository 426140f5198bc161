/** Sparkplug B payloads read by protobufjs, so that tests do not rest on code of ours. */
import protobuf from 'protobufjs';

/** Sparkplug 3.0.0, section 6.4, as far as simulated nodes use it. */
const { root } = protobuf.parse(
  `
syntax = "proto2";
message Metric {
  optional string name = 1; optional uint64 alias = 2; optional uint64 timestamp = 3; optional uint32 datatype = 4;
  optional bool is_historical = 5; optional bool is_null = 7; optional uint32 int_value = 10;
  optional uint64 long_value = 11; optional float float_value = 12; optional double double_value = 13;
  optional bool boolean_value = 14; optional string string_value = 15;
}
message Payload { optional uint64 timestamp = 1; repeated Metric metrics = 2; optional uint64 seq = 3; }
`,
  { keepCase: true },
);
export const SparkplugPayload = root.lookupType('Payload');

export interface SparkplugMessage {
  timestamp?: number;
  seq?: number;
  metrics: Record<string, unknown>[];
}

/** Nothing where it cannot be read. */
export function sparkplugMessage(bytes: Uint8Array): SparkplugMessage {
  try {
    const { metrics = [], ...rest } = SparkplugPayload.toObject(SparkplugPayload.decode(bytes), {
      longs: Number,
    }) as Partial<SparkplugMessage>;
    return { ...rest, metrics };
  } catch {
    return { metrics: [] };
  }
}
