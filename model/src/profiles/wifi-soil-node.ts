import type { JsonProfile } from '../profile-schemas.ts';

const at = (depthCm: number): JsonProfile['channels'] => [
  { quantity: 'soil.moisture', place: `d${depthCm}`, path: `soil[d=${depthCm}].vwc`, decimals: 1 },
  { quantity: 'soil.temperature', place: `d${depthCm}`, path: `soil[d=${depthCm}].temp`, decimals: 2 },
  { quantity: 'soil.ec', place: `d${depthCm}`, path: `soil[d=${depthCm}].ec`, decimals: 0 },
];

/** A battery node with probes at two depths that publishes JSON with its own counter and time. */
export const wifiSoilNode: JsonProfile = {
  id: 'wifi-soil-node',
  title: { en: 'Wi-Fi soil node', zh: 'Wi-Fi 土壤节点' },
  maker: 'open design',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'mqtt-json',
  source: 'docs/PROTOCOL.md, field devices by MQTT',
  timePath: 't',
  counterPath: 'n',
  channels: [
    ...at(10),
    ...at(30),
    { quantity: 'battery.voltage', path: 'bat', decimals: 2 },
    { quantity: 'radio.rssi', path: 'rssi', decimals: 0 },
  ],
  frames: [
    {
      json: '{"n":1234,"t":1767225600123,"soil":[{"d":10,"vwc":31.4,"temp":18.62,"ec":412},{"d":30,"vwc":34.0,"temp":17.9,"ec":455}],"bat":3.91,"rssi":-67}',
      values: {
        'soil.moisture@d10': 31.4,
        'soil.temperature@d10': 18.62,
        'soil.ec@d10': 412,
        'soil.moisture@d30': 34,
        'soil.temperature@d30': 17.9,
        'soil.ec@d30': 455,
        'battery.voltage': 3.91,
        'radio.rssi': -67,
      },
      source: 'the example of docs/PROTOCOL.md',
    },
  ],
};
