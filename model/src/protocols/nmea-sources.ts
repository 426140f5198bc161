/** What the schema cannot say of the places where an NMEA profile looks for its values. */
import { quantityOf } from '../quantities.ts';
import type { NmeaProfile } from './nmea.ts';
import { NMEA_UNITS } from './nmea-units.ts';

/** Calls `fail` with the key and what was expected there. */
export function checkNmeaSources({ channels }: NmeaProfile, fail: (key: string, expected: string) => never): void {
  for (const [i, { quantity, from }] of channels.entries()) {
    for (const [j, { sentence, field, unit, transducer }] of from.entries()) {
      const key = `channels.${i}.from.${j}`;
      if ((sentence === 'XDR') !== (transducer !== undefined))
        fail(
          `${key}.transducer`,
          sentence === 'XDR' ? 'is missing: XDR holds several' : 'must be left out: only XDR has it',
        );
      if ((field === undefined) !== (transducer !== undefined))
        fail(`${key}.field`, transducer === undefined ? 'is missing' : 'must be left out where a transducer is named');
      const stored = quantityOf(quantity)?.unit ?? '';
      if ((unit !== undefined || transducer !== undefined) && NMEA_UNITS[stored] === undefined)
        fail(`${key}.unit`, `must be left out: no unit of NMEA is known for ${quantity}, stored in ${stored}`);
    }
  }
}
