/** The nodes: what each hands on as `msg` stands in its help text (locales). */
const { randomUUID } = require('node:crypto');
const { Cloud, ENDED } = require('../lib/cloud.js');
const { DeviceLink } = require('../lib/device-link.js');
const { GatewayWatch } = require('../lib/gateway-watch.js');
const { fitsAlert, fitsReading } = require('../lib/match.js');

const POLL_MS = 2_000;

module.exports = (RED) => {
  const show = (node, fill, text) => node.status({ fill, shape: fill === 'green' ? 'dot' : 'ring', text });
  const configOf = (node, id) => {
    const config = RED.nodes.getNode(id) ?? undefined;
    if (config === undefined) show(node, 'red', 'karez.state.no-config');
    return config;
  };

  function GatewayNode(config) {
    RED.nodes.createNode(this, config);
    Object.assign(this, { farm: config.farm, mqtt: config.mqtt });
    this.watch = new GatewayWatch(config.url);
    this.on('close', () => this.watch.stop());
    this.watch.start();
  }
  RED.nodes.registerType('karez-gateway', GatewayNode);

  function CloudNode(config) {
    RED.nodes.createNode(this, config);
    this.cloud = new Cloud({ url: config.url, farm: config.farm, token: this.credentials?.token });
  }
  RED.nodes.registerType('karez-cloud', CloudNode, { credentials: { token: { type: 'password' } } });

  /** Listens to a gateway's watch while the node is there. */
  function listen(node, config, event, hear) {
    const gateway = configOf(node, config.gateway);
    if (gateway === undefined) return;
    const state = (trouble) =>
      trouble === undefined ? show(node, 'green', 'karez.state.connected') : show(node, 'red', trouble);
    const heard = (row) => hear(row, gateway);
    gateway.watch.on(event, heard);
    gateway.watch.on('state', state);
    if (gateway.watch.hasSaid) state(gateway.watch.trouble);
    node.on('close', () => {
      gateway.watch.off(event, heard);
      gateway.watch.off('state', state);
    });
  }

  function ReadingNode(config) {
    RED.nodes.createNode(this, config);
    listen(this, config, 'reading', (row, { farm }) => {
      if (!fitsReading(config, row)) return;
      this.send({ topic: row.id, payload: row.value, reading: { ...row, farm } });
    });
  }
  RED.nodes.registerType('karez-reading', ReadingNode);

  function AlertNode(config) {
    RED.nodes.createNode(this, config);
    listen(this, config, 'alert', (row, { farm }) => {
      if (!fitsAlert(config, row) || (config.when === 'raised' && !row.raised)) return;
      const language = config.language === 'zh' ? 'zh' : 'en';
      this.send({ topic: row.id, payload: row.message[language], alert: { ...row, farm } });
    });
  }
  RED.nodes.registerType('karez-alert', AlertNode);

  function DeviceNode(config) {
    RED.nodes.createNode(this, config);
    const gateway = configOf(this, config.gateway);
    if (gateway === undefined) return;
    const told = (trouble) =>
      trouble === undefined ? show(this, 'green', 'karez.state.connected') : show(this, 'red', trouble);
    const { device, topic } = config;
    const link = new DeviceLink({ url: gateway.mqtt, device, topic, password: this.credentials?.password, told });
    this.on('input', (msg, send, done) => {
      const { payload } = msg;
      if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
        done(
          new Error(
            `msg.payload must be an object with the values of the device’s profile, not ${JSON.stringify(payload)}`,
          ),
        );
        return;
      }
      link.publish(payload).then(
        (message) => {
          send({ ...msg, payload: message, accepted: true });
          done();
        },
        (error) => done(error),
      );
    });
    this.on('close', (done) =>
      link.close().then(
        () => done(),
        () => done(),
      ),
    );
  }
  RED.nodes.registerType('karez-device', DeviceNode, { credentials: { password: { type: 'password' } } });

  /** A node that asks the cloud when a message comes, and shows how that went. */
  function asking(node, config, work) {
    const named = configOf(node, config.cloud);
    if (named === undefined) return;
    node.on('input', (msg, send, done) => {
      show(node, 'blue', 'karez.state.asking');
      work(named.cloud, msg, send).then(
        (text) => {
          show(node, 'green', text ?? 'karez.state.done');
          done();
        },
        (error) => {
          show(node, 'red', error.message);
          done(error);
        },
      );
    });
  }

  function CommandNode(config) {
    RED.nodes.createNode(this, config);
    const timers = new Set();
    const pause = () =>
      new Promise((resolve) => {
        const timer = setTimeout(() => {
          timers.delete(timer);
          resolve();
        }, POLL_MS);
        timers.add(timer);
      });
    let isClosed = false;
    asking(this, config, async (cloud, msg, send) => {
      const request = requestOf(config, msg);
      let command = await cloud.command(request);
      let phase;
      while (!isClosed) {
        if (command.phase !== phase) {
          phase = command.phase;
          send({ ...msg, topic: `${request.gateway}/${request.actuator}`, payload: phase, command });
        }
        if (ENDED.has(phase)) break;
        await pause();
        // A link that is away for a while is no answer: what the gateway did is heard when it is back.
        command = await cloud.commandState(request.id).catch(() => command);
      }
      return phase;
    });
    this.on('close', () => {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
    });
  }
  RED.nodes.registerType('karez-command', CommandNode);

  function ThresholdNode(config) {
    RED.nodes.createNode(this, config);
    asking(this, config, async (cloud, msg, send) => {
      const changed = await cloud.setThreshold(msg.rule ?? config.rule, msg.payload);
      send({ ...msg, rule: changed.rule.id, payload: changed.rule.condition.value, revision: changed.revision });
    });
  }
  RED.nodes.registerType('karez-threshold', ThresholdNode);

  function HistoryNode(config) {
    RED.nodes.createNode(this, config);
    asking(this, config, async (cloud, msg, send) => {
      const channels = String(msg.channels ?? config.channels)
        .split(',')
        .map((id) => id.trim())
        .filter(Boolean);
      if (channels.length === 0) throw new Error('say which channels: gateway/device/quantity[@place]');
      const toMs = msg.toMs ?? Date.now();
      const fromMs = msg.fromMs ?? toMs - Number(config.hours) * 3_600_000;
      send({ ...msg, payload: await cloud.history(channels, fromMs, toMs, Number(msg.points ?? config.points)) });
    });
  }
  RED.nodes.registerType('karez-history', HistoryNode);
};

/** What is asked for: the node's own settings, each of which a message may say otherwise. Throws in words. */
function requestOf(config, msg) {
  const state = msg.payload;
  if (state !== 'on' && state !== 'off' && !(Number.isInteger(state) && state >= 0 && state <= 100))
    throw new Error(`msg.payload must be "on", "off" or a percent from 0 to 100, not ${JSON.stringify(state)}`);
  const runS = Number(msg.runS ?? config.runS);
  const isSafe = state === 'off' || state === 0;
  return {
    id: msg.commandId ?? randomUUID(),
    gateway: msg.gateway ?? config.gatewayId,
    actuator: msg.actuator ?? config.actuator,
    state,
    ...(isSafe ? {} : { runS }),
    expiresInS: Number(msg.expiresInS ?? config.expiresInS),
    ...(msg.note === undefined ? {} : { note: String(msg.note) }),
  };
}
