/** `karez flows` as its users start it, its password read from what it prints, and its admin API. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '@karez/model/testing';
import { launch, type Running } from '../process.ts';
import type { FlowNode } from './red.ts';

export interface Flows {
  url: string;
  password: string;
  running: Running;
  /** Asks the admin API with a token. */
  admin(path: string, init?: RequestInit): Promise<Response>;
  /** Deploys these nodes in the place of all others. */
  deploy(nodes: FlowNode[]): Promise<void>;
  close(): Promise<void>;
}

export async function startFlows(env: Record<string, string> = {}): Promise<Flows> {
  const folder = mkdtempSync(join(tmpdir(), 'karez-flows-'));
  const args = ['--data', folder, '--port', `${await freePort()}`];
  const running = launch('edge/node-red/flows/flows-main.mjs', args, { cwd: folder, env });
  const { url } = (await running.whenReady) as { url: string };
  const password = /its password (\S+)/.exec(running.log.join('\n'))?.[1] as string;
  const body = new URLSearchParams({
    client_id: 'node-red-admin',
    grant_type: 'password',
    scope: '*',
    username: 'karez',
    password,
  });
  const login = await fetch(new URL('auth/token', url), { method: 'POST', body });
  const { access_token } = (await login.json()) as { access_token: string };
  const admin = (path: string, init: RequestInit = {}) =>
    fetch(new URL(path, url), {
      ...init,
      headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json', ...init.headers },
    });
  return {
    ...{ url, password, running, admin },
    async deploy(nodes) {
      const answer = await admin('flows', { method: 'POST', body: JSON.stringify(nodes) });
      if (!answer.ok) throw new Error(`deploy: ${answer.status} ${await answer.text()}`);
    },
    async close() {
      await running.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
