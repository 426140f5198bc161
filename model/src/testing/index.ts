/** What tests need: virtual time, and readings of many kinds. Never imported by services. */
export * from './made-samples.ts';
export * from './virtual-clock.ts';
