/** What tests need to run in virtual time. Never imported by services. */
export * from './virtual-clock.ts';
