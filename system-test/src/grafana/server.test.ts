/** End to end, where there is a Grafana server: GRAFANA_URL with a login, http://name:password@host:3000. Skipped, and said so, otherwise. */
import { BOARDS } from '@karez/grafana';
import { expect, test } from 'vitest';

const { GRAFANA_URL } = process.env;

test.skipIf(GRAFANA_URL === undefined)(
  'a Grafana server has every board and every mirror of a rule (not run without GRAFANA_URL)',
  async () => {
    const { origin, username, password } = new URL(String(GRAFANA_URL));
    const login = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    const get = async (path: string) => {
      const authorization = `Basic ${Buffer.from(login).toString('base64')}`;
      const answer = await fetch(`${origin}${path}`, { headers: { authorization } });
      expect(answer.status, path).toBe(200);
      return await answer.json();
    };
    for (const { uid, title } of BOARDS) {
      const { dashboard } = (await get(`/api/dashboards/uid/${uid}`)) as { dashboard: { title: string } };
      expect(dashboard.title).toBe(title);
    }
    const rules = (await get('/api/v1/provisioning/alert-rules')) as { labels?: Record<string, string> }[];
    expect(rules.some(({ labels }) => labels?.karez_rule === 'gateway-silent')).toBe(true);
    expect(await get('/api/datasources/uid/karez/health')).toMatchObject({ status: 'OK' });
  },
);
