/** What the console makes of the newest values, for those who check the whole system by what an operator sees. */
export { type FarmVerdict, judgeFarm } from './areas.ts';
export { DELIVERY_MS } from './state.ts';
