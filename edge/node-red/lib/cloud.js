/** The cloud's HTTP API, as far as flows use it (docs/protocol/commands.md, /docs of the cloud): a token, a farm, errors in words. */
const PATIENCE_MS = 20_000;

class Cloud {
  constructor({ url, farm, token, fetch = globalThis.fetch }) {
    Object.assign(this, { url, farm, token, fetch });
  }

  /** Throws with the cloud's own words. */
  async ask(method, path, body) {
    if (!this.url || !this.farm || !this.token) throw new Error('the cloud’s address, farm and token are needed');
    const response = await this.fetch(new URL(`api/v1/farms/${this.farm}/${path}`, this.url), {
      method,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = await response.json().catch(() => undefined);
    if (!response.ok) throw new Error(answer?.message ?? answer?.error ?? `HTTP ${response.status}`);
    return answer;
  }

  /** Several channels, `gateway/device/quantity[@place]`, summed up to `points`. */
  async history(channels, fromMs, toMs, points) {
    const query = new URLSearchParams([
      ...channels.map((channel) => ['channel', channel]),
      ...Object.entries({ from: fromMs, to: toMs, points }).map(([name, value]) => [name, String(value)]),
    ]);
    return (await this.ask('GET', `history?${query}`)).series;
  }

  /** Gives a rule another threshold, nothing else; the recovery value keeps its distance. */
  async setThreshold(id, value) {
    if (!Number.isFinite(value)) throw new Error(`a threshold must be a number, not ${JSON.stringify(value)}`);
    const { rules } = await this.ask('GET', 'rules');
    const found = rules.find(({ rule }) => rule.id === id);
    if (found === undefined)
      throw new Error(`there is no rule "${id}"; there are ${rules.map((r) => r.rule.id).join(', ')}`);
    const { condition } = found.rule;
    if (condition.type !== 'above' && condition.type !== 'below')
      throw new Error(`the rule "${id}" has no threshold: it is of the kind "${condition.type}"`);
    const recover = Number((value + condition.recover - condition.value).toFixed(6));
    const rule = { ...found.rule, condition: { ...condition, value, recover } };
    return await this.ask('PUT', `rules/${encodeURIComponent(id)}`, { rule, revision: found.revision });
  }

  command(request) {
    return this.ask('POST', 'commands', request);
  }

  commandState(id) {
    return this.ask('GET', `commands/${encodeURIComponent(id)}`);
  }
}

/** Phases after which nothing more comes. */
const ENDED = new Set(['done', 'refused', 'failed', 'interrupted', 'expired']);

module.exports = { Cloud, ENDED };
