/** docs/DEVICES.md, made from the profiles, so that it cannot say anything else than they do. */
import { type Profile, type Protocol, quantityOf } from '@karez/model';
import type { Tried } from './tried.ts';

const PROTOCOLS: Partial<Record<Protocol, string>> = {
  modbus: 'Modbus',
  davis: 'Davis Vantage',
  nmea: 'NMEA 0183',
  mavlink: 'MAVLink',
  'mqtt-json': 'MQTT, JSON',
  sdi12: 'SDI-12',
  firmata: 'Boards with StandardFirmata',
  lorawan: 'LoRaWAN',
  sparkplug: 'Sparkplug B',
};

const HEAD = `# Devices

Made from the profiles by \`npm run devices\`; do not edit. A profile is one record in \`model/src/profiles\`, or a YAML file of your own named
under \`profiles\` in the gateway's file. \`npx karez decode --list\` prints the same list, \`npx karez decode PROFILE HEX\` says what a frame means.

**Frame** says where the recorded or published frame came from that a test decodes. **Tried** is "simulated" where the simulated farm plays the device and
a test reads it through the gateway. No device has been tried on real hardware yet, unless it says so.
`;

/** The whole document. */
export function devicesDocument(profiles: readonly Profile[], tried: Record<string, Tried>): string {
  const byProtocol = Map.groupBy(profiles, (p) => p.protocol);
  const parts = [...byProtocol].map(([protocol, of]) => {
    const rows = [...of].sort((a, b) => (a.id < b.id ? -1 : 1)).map((profile) => row(profile, tried[profile.id]));
    return [
      `## ${PROTOCOLS[protocol] ?? protocol}`,
      '',
      '| profile | device | channels | written from | frame | tried |',
      '| --- | --- | --- | --- | --- | --- |',
      ...rows,
      '',
    ].join('\n');
  });
  return [HEAD, ...parts].join('\n');
}

function row(profile: Profile, tried: Tried | undefined): string {
  const sources = [...new Set(profile.frames.map((frame) => frame.source))];
  const cells = [
    `\`${profile.id}\``,
    `${profile.maker}: ${profile.title.en}`,
    channelsOf(profile),
    profile.source,
    sources.join('; '),
    [
      tried === undefined ? 'frames only' : 'simulated',
      ...(tried?.hardware === undefined ? [] : [tried.hardware]),
    ].join('; '),
  ];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

/** Quantities with their units, those at several places once with all of these. */
function channelsOf(profile: Profile): string {
  const places = Map.groupBy(profile.channels as Profile['channels'][number][], (c) => c.quantity);
  return [...places]
    .map(([id, channels]) => {
      const quantity = quantityOf(id);
      const at = channels.flatMap((c) => c.place ?? []);
      const unit = quantity?.label === '' || quantity === undefined ? '' : ` (${quantity.label})`;
      return `${quantity?.en ?? id}${unit}${at.length === 0 ? '' : ` at ${at.join(', ')}`}`;
    })
    .join(', ');
}
