/** Time as a port; tests move it by hand. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}
