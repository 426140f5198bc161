/**
 * What people may do. A person has one role in each farm; a role is a set of rights. The table below is the only place
 * that says who may what: the cloud refuses by it, the console hides by it.
 */

/** What can be allowed, each with what it means. */
export const RIGHTS = {
  view: 'See the farm: fields, values, history, live events, gateways, alerts.',
  acknowledge: 'Acknowledge and silence alerts.',
  rules: 'Set thresholds and rules.',
  command: 'Switch valves, pumps and other actuators.',
  inspect: 'See what was refused: quarantine and raw frames.',
  simulate: 'Run simulated fields and faults.',
  people: 'Invite people, change roles, see the audit log.',
  metrics: "Read the server's own figures.",
} as const;
export type Right = keyof typeof RIGHTS;

/** Rights of each role. */
export const ROLES = {
  owner: ['view', 'acknowledge', 'rules', 'command', 'inspect', 'simulate', 'people', 'metrics'],
  agronomist: ['view', 'acknowledge', 'rules', 'inspect'],
  operator: ['view', 'acknowledge', 'command'],
  tester: ['view', 'inspect', 'simulate'],
  viewer: ['view'],
} as const satisfies Record<string, readonly Right[]>;
export type Role = keyof typeof ROLES;

/** Stands for every farm of a server, those to come included. */
export const EVERY_FARM = '*';

/** Whether a role has a right. */
export function roleMay(role: Role, right: Right): boolean {
  return (ROLES[role] as readonly Right[]).includes(right);
}

/** Roles by farm id, or EVERY_FARM. */
export type Roles = Record<string, Role>;

/** Whether somebody with these roles has a right in a farm. */
export function may(roles: Roles, right: Right, farm: string): boolean {
  return [roles[farm], roles[EVERY_FARM]].some((role) => role !== undefined && roleMay(role, right));
}
