/** How the page stands with the server. */
export type Connection =
  /** Nothing has come yet. */
  | { state: 'loading' }
  | { state: 'live' }
  /** What is shown is from `sinceMs`; it is tried again by itself. */
  | { state: 'reconnecting'; sinceMs: number };
