/** Words and colours of values that are texts: what the cloud notes of devices (cloud/src/notes/farm-notes.ts) and alerts. */
export type Looks = Record<string, { text: string; color: string }>;

export const DEVICE_STATES: Looks = {
  ok: { text: 'in order', color: 'green' },
  warning: { text: 'alert', color: 'orange' },
  critical: { text: 'critical alert', color: 'red' },
  trouble: { text: 'trouble', color: 'yellow' },
  silent: { text: 'silent', color: 'purple' },
  unknown: { text: 'gateway away', color: 'text' },
};

export const ON_OR_OVER: Looks = {
  true: { text: 'on', color: 'red' },
  false: { text: 'over', color: 'green' },
};
