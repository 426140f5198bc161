/**
 * Messages of The Things Stack v3, as its MQTT server publishes them (thethingsindustries.com, Integrations, Data formats). What is empty,
 * 0 or false is left out; some numbers are written as texts. The times of gateways and servers may differ by minutes.
 */
import { invalid } from '../mqtt/json-path.ts';
import { rxTime } from './rx-time.ts';
import {
  base64,
  bestSignal,
  count,
  type Fields,
  fields,
  hex,
  list,
  MOST_FRAMES,
  type NetworkEvent,
  number,
  time,
} from './uplink.ts';

/** v3/{application}@{tenant}/devices/{device}/{kind}. */
export const TTN_TOPICS = [
  'v3/+/devices/+/up',
  'v3/+/devices/+/join',
  'v3/+/devices/+/service/data',
  'v3/+/devices/+/location/solved',
];

/** @throws KarezError PAYLOAD_INVALID naming the field and what was expected there. */
export function readTtn(_topic: string, event: Fields): NetworkEvent {
  if (!('uplink_message' in event)) return { ignored: kindOf(event) };
  const ids = fields(event.end_device_ids, 'end_device_ids');
  const devEui = hex(ids.dev_eui, 'end_device_ids.dev_eui', 16);
  const deviceId = typeof ids.device_id === 'string' ? ids.device_id : undefined;
  if (devEui === undefined && deviceId === undefined)
    throw invalid('end_device_ids.dev_eui', 'must be 16 hexadecimal digits, not left out');
  const message = fields(event.uplink_message, 'uplink_message');
  const at = (key: string) => `uplink_message.${key}`;
  const heard = list(message.rx_metadata, at('rx_metadata'));
  const times = (key: string) => heard.flatMap((one, i) => time(one[key], `${at('rx_metadata')}[${i}].${key}`) ?? []);
  const servers = [
    ...times('received_at'),
    ...[time(message.received_at, at('received_at')), time(event.received_at, 'received_at')],
  ].filter((ms) => ms !== undefined);
  const battery = fields(message.last_battery_percentage, at('last_battery_percentage'));
  return {
    uplink: {
      ...{ devEui, deviceId, devAddr: hex(ids.dev_addr, 'end_device_ids.dev_addr', 8) ?? '' },
      fCnt: count(message.f_cnt, at('f_cnt'), MOST_FRAMES),
      fPort: message.f_port === undefined ? undefined : count(message.f_port, at('f_port'), 255),
      bytes: base64(message.frm_payload, at('frm_payload')),
      timeMs: rxTime({
        gps: times('gps_time'),
        gateways: times('time'),
        server: servers.length === 0 ? undefined : Math.min(...servers),
      }),
      object: message.decoded_payload,
      ...bestSignal(heard, at('rx_metadata')),
      battery: number(battery.value, at('last_battery_percentage.value')),
    },
  };
}

/** Its messages have one key that says what they are. */
function kindOf(event: Fields): string {
  const known = ['join_accept', 'downlink_', 'location_solved', 'service_data', 'uplink_normalized'];
  const key = Object.keys(event).find((name) => known.some((start) => name.startsWith(start)));
  return key?.replaceAll('_', '-') ?? 'other';
}
