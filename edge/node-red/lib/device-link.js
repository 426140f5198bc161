/**
 * A home-made device at the gateway's own broker: its name and password, QoS 1. The PUBACK comes once the reading is on the gateway's disk
 * (docs/PROTOCOL.md, field devices by MQTT); until then it is sent again.
 */
const mqtt = require('mqtt');

/** Messages that may wait for the gateway; more are refused in words rather than kept in memory that has no end. */
const MOST_WAITING = 1_000;
/** Messages without a PUBACK at once: a gateway tells repeats of a device's last 16 messages. */
const UNDER_WAY = 8;

class DeviceLink {
  constructor({ url, device, password, topic, told }) {
    this.topic = topic || `devices/${device}/up`;
    this.waiting = 0;
    this.free = UNDER_WAY;
    this.turns = [];
    this.last = 0;
    this.client = mqtt.connect(url, {
      clientId: device,
      username: device,
      password,
      clean: true,
      reconnectPeriod: 2_000,
    });
    this.client.on('connect', () => told(undefined));
    this.client.on('error', (error) => told(error.message));
    this.client.on('close', () => told('no connection'));
  }

  /** Resolves once the gateway has it on disk. A time `t` and a rising number `n` are given where there are none. */
  async publish(values) {
    if (this.waiting >= MOST_WAITING) throw new Error(`${MOST_WAITING} messages wait for the gateway already`);
    const now = Date.now();
    this.last = Math.max(this.last + 1, now);
    const message = { t: now, n: this.last, ...values };
    this.waiting++;
    if (this.free > 0) this.free--;
    else await new Promise((resolve) => this.turns.push(resolve));
    try {
      await this.client.publishAsync(this.topic, JSON.stringify(message), { qos: 1 });
      return message;
    } finally {
      this.waiting--;
      const next = this.turns.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }

  async close() {
    await this.client.endAsync(true);
  }
}

module.exports = { DeviceLink, MOST_WAITING };
