/**
 * Events of ChirpStack v4, as its MQTT integration publishes them in JSON (chirpstack.io, Integrations, Event types; the
 * messages are protobuf's, so every field that holds its default is left out: the first uplink has no fCnt).
 */

import { invalid } from '../mqtt/json-path.ts';
import { gpsTimeMs, rxTime } from './rx-time.ts';
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
  time,
} from './uplink.ts';

/** Where ChirpStack publishes unless it is told otherwise: application/{id}/device/{DevEUI}/event/{kind}. */
export const CHIRPSTACK_TOPICS = ['application/+/device/+/event/+'];

/** @throws KarezError PAYLOAD_INVALID naming the field and what was expected there. */
export function readChirpstack(topic: string, event: Fields): NetworkEvent {
  const kind = /\/event\/([a-z]+)$/.exec(topic)?.[1] ?? kindOf(event);
  if (kind !== 'up') return { ignored: kind };
  const device = fields(event.deviceInfo, 'deviceInfo');
  const devEui = hex(device.devEui, 'deviceInfo.devEui', 16);
  if (devEui === undefined) throw invalid('deviceInfo.devEui', 'must be 16 hexadecimal digits, not left out');
  const heard = list(event.rxInfo, 'rxInfo');
  const times = (key: string) => heard.flatMap((one, i) => time(one[key], `rxInfo[${i}].${key}`) ?? []);
  const gps = heard.flatMap(({ timeSinceGpsEpoch }) =>
    typeof timeSinceGpsEpoch === 'string' ? (gpsTimeMs(timeSinceGpsEpoch) ?? []) : [],
  );
  const gateways = [...times('gwTime'), ...times('time')];
  const servers = times('nsTime');
  // The event's own time is the gateway's where it has one, else the server's when it heard of it.
  const own = time(event.time, 'time');
  if (gateways.length === 0 && own !== undefined) gateways.push(own);
  return {
    uplink: {
      ...{ devEui, deviceId: undefined, devAddr: hex(event.devAddr, 'devAddr', 8) ?? '' },
      fCnt: count(event.fCnt, 'fCnt', MOST_FRAMES),
      fPort: event.fPort === undefined ? undefined : count(event.fPort, 'fPort', 255),
      bytes: base64(event.data, 'data'),
      timeMs: rxTime({ gps, gateways, server: servers.length === 0 ? undefined : Math.min(...servers) }),
      object: event.object,
      ...bestSignal(heard, 'rxInfo'),
      battery: undefined,
    },
  };
}

/** The kind of an event whose topic does not say it, for instance behind a bridge. */
function kindOf(event: Fields): string {
  if ('rxInfo' in event || 'data' in event || 'fPort' in event) return 'up';
  if ('margin' in event || 'batteryLevel' in event || 'externalPowerSource' in event) return 'status';
  if ('level' in event && 'code' in event) return 'log';
  if ('acknowledged' in event) return 'ack';
  if ('downlinkId' in event || 'gatewayId' in event) return 'txack';
  if ('location' in event) return 'location';
  if ('integrationName' in event) return 'integration';
  return 'devAddr' in event ? 'join' : 'other';
}
