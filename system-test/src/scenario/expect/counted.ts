/** Checks of what the gateway counts, and of what processes use. */
import { ERROR_CODES, type ErrorCode } from '@karez/model';
import Type from 'typebox';
import { closed } from '../kinds/device-kind.ts';
import { checkKind } from './check.ts';

const codes = Object.keys(ERROR_CODES) as ErrorCode[];

export const counted = checkKind({
  what: 'the gateway has counted rejected frames (of a code, or of devices), missing answers or repeated messages',
  schema: Type.Object(
    {
      check: Type.Literal('counted'),
      what: Type.Union([Type.Literal('rejected'), Type.Literal('timeouts'), Type.Literal('repeats')]),
      code: Type.Optional(Type.Enum(codes)),
      device: Type.Optional(Type.String({ minLength: 1 })),
      atLeast: Type.Integer({ minimum: 1 }),
    },
    closed,
  ),
  name: ({ what, code, device, atLeast }) =>
    `${what}${code === undefined ? '' : ` with ${code}`}${device === undefined ? '' : ` of ${device}`}: at least ${atLeast}`,
  problem({ what, code, device }, { selected }) {
    if (code !== undefined && what !== 'rejected')
      return { key: 'code', expected: `belongs to what: rejected, not to ${what}` };
    if (device !== undefined && what === 'repeats')
      return { key: 'device', expected: 'must be left out: repeats are counted for the whole gateway' };
    if (device !== undefined && code !== undefined)
      return { key: 'device', expected: 'must be left out beside code: codes are counted for the whole gateway' };
    if (device !== undefined && selected(device).length === 0)
      return { key: 'device', expected: 'must mean a device of this scenario' };
    return undefined;
  },
  watch: ({ what, code, device, atLeast }, { selected }) => ({
    judge({ counts }) {
      const devices = device === undefined ? undefined : selected(device);
      const n =
        what === 'rejected'
          ? counts.rejected({ code, devices })
          : what === 'timeouts'
            ? counts.timeouts(devices)
            : counts.repeats();
      return { ok: n >= atLeast, detail: `${n.toLocaleString('en')} (at least ${atLeast} expected)` };
    },
  }),
});

export const memory = checkKind({
  what: 'a process never took more memory than this',
  schema: Type.Object(
    {
      check: Type.Literal('memory'),
      process: Type.Union([Type.Literal('gateway'), Type.Literal('cloud'), Type.Literal('simulator')]),
      belowMb: Type.Integer({ minimum: 1 }),
    },
    closed,
  ),
  name: ({ process, belowMb }) => `memory of the ${process} below ${belowMb} MB`,
  watch: ({ process, belowMb }) => ({
    judge({ peakMb }) {
      const peak = peakMb[process];
      if (peak === undefined) return { ok: false, detail: 'it could not be measured on this system' };
      return { ok: peak < belowMb, detail: `${Math.round(peak)} MB at most` };
    },
  }),
});
