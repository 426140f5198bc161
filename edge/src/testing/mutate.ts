/** Damage as lines do it: turned bits, lost, doubled and foreign bytes, cut ends. */
import type { Random } from '@karez/model';

/** A damaged copy of `bytes`; now and then an undamaged one. */
export function mutated(bytes: Uint8Array, random: Random): Uint8Array {
  const below = (n: number) => Math.floor(random.next() * n);
  const out = [...bytes];
  for (let times = below(4); times > 0; times--) {
    const at = below(out.length + 1);
    switch (below(6)) {
      case 0:
        if (at < out.length) out[at] = (out[at] as number) ^ (1 << below(8));
        break;
      case 1:
        out.splice(at, 1 + below(3));
        break;
      case 2:
        out.splice(at, 0, ...Array.from({ length: 1 + below(20) }, () => below(256)));
        break;
      case 3:
        out.splice(at, 0, out[Math.max(0, at - 1)] ?? 0);
        break;
      case 4:
        out.length = at;
        break;
      case 5:
        // The beginning of another good frame inside this one.
        out.splice(at, 0, ...bytes.subarray(0, 1 + below(8)));
        break;
    }
  }
  return Uint8Array.from(out);
}
