import type { SparkplugProfile } from '../profile-schemas.ts';

const at = (depthCm: number): SparkplugProfile['channels'] => [
  { quantity: 'soil.moisture', place: `d${depthCm}`, metric: `Soil/${depthCm}cm/Moisture`, decimals: 1 },
  { quantity: 'soil.temperature', place: `d${depthCm}`, metric: `Soil/${depthCm}cm/Temperature`, decimals: 2 },
  { quantity: 'soil.ec', place: `d${depthCm}`, metric: `Soil/${depthCm}cm/EC`, decimals: 0 },
];

/** Soil probes at two depths behind a Sparkplug edge node, with its battery and signal. */
export const sparkplugSoilNode: SparkplugProfile = {
  id: 'sparkplug-soil-node',
  title: { en: 'Sparkplug soil node', zh: 'Sparkplug 土壤节点' },
  maker: 'open design',
  kind: 'soil',
  intervalMs: 60_000,
  protocol: 'sparkplug',
  source: 'Eclipse Sparkplug 3.0.0, chapter 6; docs/PROTOCOL.md',
  channels: [
    ...at(10),
    ...at(30),
    { quantity: 'battery.voltage', metric: 'Battery', decimals: 2 },
    { quantity: 'radio.rssi', metric: 'RSSI', decimals: 0 },
  ],
  frames: [
    {
      hex: '08fbd0eab6b733121d0a12536f696c2f3130636d2f4d6f697374757265100a2009653333fb4112240a15536f696c2f3130636d2f54656d7065726174757265100b200a691f85eb51b89e324012150a0c536f696c2f3130636d2f4543100c2006509c03121d0a12536f696c2f3330636d2f4d6f697374757265100d20096500000842121d0a15536f696c2f3330636d2f54656d7065726174757265100e200a380112150a0c536f696c2f3330636d2f4543100f200650c70312120a07426174746572791010200965713d7a4012100a04525353491011200150bdffffff0f1803',
      values: {
        'soil.moisture@d10': 31.4,
        'soil.temperature@d10': 18.62,
        'soil.ec@d10': 412,
        'soil.moisture@d30': 34,
        'soil.temperature@d30': null,
        'soil.ec@d30': 455,
        'battery.voltage': 3.91,
        'radio.rssi': -67,
      },
      source: 'a birth of this node, encoded by protobufjs from the fields of Sparkplug 3.0.0, section 6.4',
    },
  ],
};
