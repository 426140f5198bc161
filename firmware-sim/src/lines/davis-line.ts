/** A weather console at the end of a cable. */
import { Id } from '@karez/model/schemas';
import Type from 'typebox';
import { DavisConsole } from '../codec/davis-console.ts';
import { DEFAULTS } from '../defaults.ts';
import { WEATHER_VALUES } from '../world/world.ts';
import { closed, lineKind, SimPort } from './line-kind.ts';

const CONSOLE_EVERY_MS = 2_000;

export const davisLine = lineKind({
  schema: Type.Object(
    {
      type: Type.Literal('davis'),
      device: Id,
      port: SimPort,
      clickMm: Type.Optional(
        Type.Union([Type.Literal(0.254), Type.Literal(0.2), Type.Literal(0.1)], {
          description: 'Rain in one tip of its bucket, default 0.254 (a hundredth of an inch).',
        }),
      ),
    },
    closed,
  ),
  devices: ({ device }) => [
    { id: device, key: 'device', traits: ['bytes', 'checksum', 'values', 'absent'], values: WEATHER_VALUES },
  ],
  open({ device, clickMm = DEFAULTS.clickMm }, { world, felt }) {
    const console = new DavisConsole(() => ({ ...felt(device, world.weather()), clickMm }));
    return {
      everyMs: CONSOLE_EVERY_MS,
      tick() {
        const packet = console.tick();
        return packet === undefined ? [] : [{ device, bytes: packet, framed: true }];
      },
      take(bytes) {
        const answer = console.take(bytes);
        return answer.length === 0 ? [] : [{ device, bytes: answer, framed: false }];
      },
      restart: () => console.restart(),
    };
  },
});
