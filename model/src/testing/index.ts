/** What tests need: virtual time, free ports, and readings of many kinds. Never imported by services. */
export * from './free-ports.ts';
export * from './made-samples.ts';
export * from './virtual-clock.ts';
