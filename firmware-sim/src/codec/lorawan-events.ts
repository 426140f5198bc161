/**
 * Events of LoRaWAN servers as they leave their MQTT integrations: ChirpStack v4 (chirpstack.io, Integrations, Event types) and The Things Stack
 * v3 (thethingsindustries.com, Integrations, Data formats). Both are protobuf messages written as JSON: what is 0, false or
 * empty is left out.
 */

export interface LorawanFrame {
  device: string;
  /** 16 lower-case hexadecimal digits. */
  devEui: string;
  /** 8 of them; another after each join. */
  devAddr: string;
  fCnt: number;
  fPort: number;
  bytes: Uint8Array;
  /** By the clock of the radio gateway that heard it, and by the server's; ms since 1970. */
  gatewayMs: number;
  serverMs: number;
  /** What stands behind the millisecond, 0 to 999 999. */
  nanos: number;
  rssi: number;
  snr: number;
}

export interface LorawanEvent {
  topic: string;
  payload: string;
}

export interface LorawanEvents {
  join(frame: LorawanFrame): LorawanEvent;
  up(frame: LorawanFrame): LorawanEvent;
}

const APPLICATION = '5d1c2f0a-6b57-4c1e-9a6e-0d6f3b7f4a21';
const TTN_APPLICATION = 'field';
const GATEWAY = '0016c001f10a2b3c';

/** The fields that do not hold their default. */
const told = (fields: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== 0 && value !== false && value !== ''));

/** Nine decimals behind the second. */
function nine(ms: number, nanos: number, zone: string): string {
  return `${new Date(ms).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}${zone}`;
}
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
/** Looks like a UUID and follows from the frame. */
const idOf = ({ devEui, devAddr, fCnt }: LorawanFrame) =>
  `${devAddr}-${devEui.slice(0, 4)}-4${devEui.slice(4, 7)}-8${devEui.slice(7, 10)}-${fCnt.toString(16).padStart(12, '0')}`;

const chirpstackHead = (frame: LorawanFrame) => ({
  deduplicationId: idOf(frame),
  time: nine(frame.gatewayMs, frame.nanos, '+00:00'),
  deviceInfo: {
    ...{ tenantId: '52f14cd4-c6f1-4fbd-8f87-4025e1d49242', tenantName: 'Farm' },
    ...{ applicationId: APPLICATION, applicationName: 'Field' },
    ...{ deviceProfileId: '14855bf7-d10d-4aee-b618-ebfcb64dc7ad', deviceProfileName: 'Class A' },
    ...{ deviceName: frame.device, devEui: frame.devEui, deviceClassEnabled: 'CLASS_A', tags: {} },
  },
  devAddr: frame.devAddr,
});
const chirpstackTopic = ({ devEui }: LorawanFrame, kind: string) =>
  `application/${APPLICATION}/device/${devEui}/event/${kind}`;

const chirpstack: LorawanEvents = {
  join: (frame) => ({ topic: chirpstackTopic(frame, 'join'), payload: JSON.stringify(chirpstackHead(frame)) }),
  up: (frame) => ({
    topic: chirpstackTopic(frame, 'up'),
    payload: JSON.stringify({
      ...chirpstackHead(frame),
      ...told({ adr: true, dr: 5, fCnt: frame.fCnt, fPort: frame.fPort, data: base64(frame.bytes) }),
      rxInfo: [
        told({
          ...{ gatewayId: GATEWAY, uplinkId: 41_000 + (frame.fCnt % 1_000), rssi: frame.rssi, snr: frame.snr },
          gwTime: nine(frame.gatewayMs, frame.nanos, '+00:00'),
          nsTime: nine(frame.serverMs, frame.nanos, '+00:00'),
          ...{ channel: frame.fCnt % 8, location: {}, context: 'E3OWOQ==', crcStatus: 'CRC_OK' },
        }),
      ],
      txInfo: {
        frequency: 868_100_000,
        modulation: { lora: { bandwidth: 125_000, spreadingFactor: 7, codeRate: 'CR_4_5' } },
      },
    }),
  }),
};

const ttnHead = (frame: LorawanFrame) => ({
  end_device_ids: {
    device_id: frame.device,
    application_ids: { application_id: TTN_APPLICATION },
    ...{ dev_eui: frame.devEui.toUpperCase(), join_eui: '0000000000000000', dev_addr: frame.devAddr.toUpperCase() },
  },
  correlation_ids: [`gs:uplink:${idOf(frame)}`],
  received_at: nine(frame.serverMs + 40, frame.nanos, 'Z'),
});
const ttnTopic = ({ device }: LorawanFrame, kind: string) => `v3/${TTN_APPLICATION}@ttn/devices/${device}/${kind}`;

const ttn: LorawanEvents = {
  join: (frame) => ({
    topic: ttnTopic(frame, 'join'),
    payload: JSON.stringify({ ...ttnHead(frame), join_accept: { received_at: nine(frame.serverMs, 0, 'Z') } }),
  }),
  up: (frame) => ({
    topic: ttnTopic(frame, 'up'),
    payload: JSON.stringify({
      ...ttnHead(frame),
      uplink_message: {
        ...told({ f_port: frame.fPort, f_cnt: frame.fCnt, frm_payload: base64(frame.bytes) }),
        rx_metadata: [
          told({
            gateway_ids: { gateway_id: 'field-gateway', eui: GATEWAY.toUpperCase() },
            time: nine(frame.gatewayMs, frame.nanos, 'Z'),
            ...{
              timestamp: frame.gatewayMs % 4_294_967_296,
              rssi: frame.rssi,
              channel_rssi: frame.rssi,
              snr: frame.snr,
            },
            received_at: nine(frame.serverMs, frame.nanos, 'Z'),
          }),
        ],
        settings: {
          data_rate: { lora: { bandwidth: 125_000, spreading_factor: 7, coding_rate: '4/5' } },
          ...{ frequency: '868100000', timestamp: frame.gatewayMs % 4_294_967_296 },
        },
        received_at: nine(frame.serverMs + 20, frame.nanos, 'Z'),
        consumed_airtime: '0.061696s',
        network_ids: { net_id: '000013', tenant_id: 'ttn', cluster_id: 'eu1' },
      },
    }),
  }),
};

export const LORAWAN_EVENTS = { chirpstack, ttn };
export type LorawanNetwork = keyof typeof LORAWAN_EVENTS;
