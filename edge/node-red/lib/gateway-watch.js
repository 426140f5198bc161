/**
 * Looks at a gateway's own values (GET /values.json, docs/PROTOCOL.md, the gateway's own page) and tells what is new. One for each gateway,
 * whatever number of nodes listen. It is not the way of a reading: the gateway has stored it before it shows it.
 */
const { EventEmitter } = require('node:events');

const EVERY_MS = 1_000;
const PATIENCE_MS = 5_000;

class GatewayWatch extends EventEmitter {
  /** @param {string} url of the gateway's page, such as http://127.0.0.1:8081/ */
  constructor(url, { fetch = globalThis.fetch, everyMs = EVERY_MS } = {}) {
    super();
    this.setMaxListeners(0);
    this.url = url;
    this.everyMs = everyMs;
    this.fetch = fetch;
    this.times = new Map();
    this.alerts = undefined;
    this.trouble = undefined;
    this.units = undefined;
  }

  start() {
    this.stopped = false;
    void this.look();
  }

  stop() {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  async get(path) {
    const response = await this.fetch(new URL(path, this.url), { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
    return await response.json();
  }

  async look() {
    try {
      this.units ??= await this.get('quantities.json');
      const view = await this.get('values.json');
      if (this.stopped) return;
      this.say(undefined);
      this.readings(view.values);
      this.changes(view.alerts);
    } catch (error) {
      this.say(error.cause?.message ?? error.message);
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.look(), this.everyMs);
  }

  say(trouble) {
    if (trouble === this.trouble && this.hasSaid) return;
    this.hasSaid = true;
    this.trouble = trouble;
    this.emit('state', trouble);
  }

  /** What was there at the first look is known already; later, what is newer than what was shown before. */
  readings(rows) {
    for (const row of rows) {
      const id = `${row.device}/${row.channel}`;
      const before = this.times.get(id);
      this.times.set(id, row.timeMs ?? before ?? 0);
      if (row.timeMs === null || before === undefined || row.timeMs <= before) continue;
      this.emit('reading', { ...row, id, unit: this.units[row.quantity]?.unit ?? '' });
    }
  }

  /** At the first look, what stands is told as such: a frost that began while nobody looked is news all the same. */
  changes(rows) {
    const raised = new Map(rows.filter((row) => row.raised).map((row) => [`${row.rule}/${row.subject}`, row]));
    const before = this.alerts;
    this.alerts = raised;
    for (const [id, row] of raised)
      if (before?.get(id)?.firedMs !== row.firedMs)
        this.emit('alert', { ...row, id, raised: true, atStart: before === undefined });
    for (const [id, row] of before ?? [])
      if (!raised.has(id)) this.emit('alert', { ...row, id, raised: false, atStart: false });
  }
}

module.exports = { GatewayWatch };
