/** A sample on its way out of the deterministic part, to whoever sends it. */
export interface Told {
  device: string;
  /** When it was measured by the device's own clock, ms since 1970. */
  t: number;
}
