/** What the configuration leaves out. */
export const DEFAULTS = {
  host: '127.0.0.1',
  systemId: 1,
  clickMm: 0.254,
  archiveMinutes: 5,
  flashMessages: 2_000,
} as const;
