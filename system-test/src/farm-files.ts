/** The configuration files of a test farm. */

const OUTLINE = '[[86.05, 44.302], [86.0541, 44.3021], [86.0543, 44.3041], [86.0501, 44.304]]';
export const FARM = 'test-farm';
export const GATEWAY = 'gw-1';

export interface FarmPlan {
  /** Nodes that the simulator plays, and others that the test itself does. */
  nodes: readonly string[];
  played: readonly string[];
  probes: readonly string[];
  /** Where the gateway reaches the cloud: host and port. */
  uplink: { host: string; port: number };
  ports: { mqtt: number; status: number; drone: number };
  /** Begins then, with this weather to order. */
  world?: { start: string; weather: string };
}

export const passwordOf = (device: string) => `password-of-${device}`;

export function gatewayYaml({ nodes, played, probes, uplink, ports }: FarmPlan): string {
  const soil = probes.map(
    (id, i) =>
      `{ id: ${id}, profile: cwt-soil-7in1, address: ${i + 1}, field: north, depthCm: ${(i + 1) * 10}, intervalMs: 1000 }`,
  );
  const wireless = [...nodes, ...played].map(
    (id) => `{ id: ${id}, profile: wifi-soil-node, field: north, intervalMs: 1000 }`,
  );
  return `
farm: { id: ${FARM}, title: Test farm }
gateway: { id: ${GATEWAY}, title: Test gateway }
data: gateway
secrets: secrets.yaml
uplink: { url: "mqtt://${uplink.host}:${uplink.port}" }
status: { port: ${ports.status} }
fields:
  - { id: north, title: North, crop: cotton, outline: ${OUTLINE} }
lines:
  - type: modbus
    port: { serial: run/tty-soil, baudRate: 9600 }
    devices:
${listed(soil)}
  - { type: davis, port: { serial: run/tty-weather, baudRate: 19200 }, device: { id: weather, profile: davis-vantage-pro2 } }
  - { type: mavlink, port: { tcp: "127.0.0.1:${ports.drone}" }, devices: [{ id: drone, profile: mavlink-sprayer, systemId: 1 }] }
mqtt:
  port: ${ports.mqtt}
  devices:
${listed(wireless)}
`;
}

export function simYaml({ nodes, probes, ports, world }: FarmPlan): string {
  const soil = probes.map((id, i) => `{ device: ${id}, address: ${i + 1}, field: north, depthCm: ${(i + 1) * 10} }`);
  return `
seed: 7
start: ${world?.start ?? 'now'}
weather: ${world?.weather ?? '[]'}
site: { latitude: 44.3, longitude: 86.05, elevationM: 450 }
fields:
  - { id: north, soil: loam, outline: ${OUTLINE} }
lines:
  - type: modbus
    port: { pty: run/tty-soil }
    probes:
${listed(soil)}
  - { type: davis, device: weather, port: { pty: run/tty-weather } }
  - { type: mavlink, device: drone, port: { tcp: ${ports.drone}, host: 127.0.0.1 }, fields: [north], base: [86.0546, 44.3016] }
nodes:
  broker: mqtt://127.0.0.1:${ports.mqtt}
  intervalS: 1
  devices:
${listed(nodes.map((id) => `{ device: ${id}, field: north, depthsCm: [10, 30] }`))}
`;
}

const listed = (items: string[]) => items.map((item) => `      - ${item}`).join('\n');
