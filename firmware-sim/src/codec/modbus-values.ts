/** What the Modbus devices measure, from the world as they feel it. */
import type { Senses } from '../senses.ts';
import { wander } from '../world/noise.ts';
import type { SoilState } from '../world/soil.ts';
import { SOIL_VALUES, WEATHER_VALUES } from '../world/world.ts';

export interface ProbePlace {
  device: string;
  field: string;
  depthCm?: number;
}

/** Names for faults, by what a device senses. */
export const SENSED_VALUES = {
  soil: SOIL_VALUES,
  weather: WEATHER_VALUES,
  water: ['levelM', 'flowM3h', 'velocityMs', 'totalM3', 'temperatureC'],
} as const;

/** Values by the names that register maps use. What is worked out from a faulty value is faulty too. */
export const SENSED: Record<
  keyof typeof SENSED_VALUES,
  (place: ProbePlace, senses: Senses) => Readonly<Record<string, number>>
> = {
  soil({ device, field, depthCm = 10 }, { world, felt }) {
    const soil = felt(device, world.soilAt(field, depthCm, device));
    const theta = soil.moisturePct / 100;
    return {
      ...soil,
      salinityMgL: soil.ecUsCm * 0.55,
      tdsMgL: soil.ecUsCm * 0.5,
      // Topp, Davis and Annan (1980), equation 6.
      permittivity: 3.03 + 9.3 * theta + 146 * theta ** 2 - 76.7 * theta ** 3,
      counts: 292 + 9 * soil.moisturePct,
    };
  },
  weather({ device }, { world, felt }) {
    const weather = felt(device, world.weather());
    const dew = weather.rainMmPerH > 0 ? 100 : (weather.humidityPct - 88) * 8;
    return {
      ...weather,
      // Sunlight: some 2.02 micromoles a joule, and some 120 lux for a watt per square metre.
      parUmol: weather.solarWm2 * 2.02,
      lux: weather.solarWm2 * 120,
      leafC: weather.temperatureC - 0.4,
      leafWetPct: Math.min(100, Math.max(0, dew)),
      noiseDb: 34 + 3 * weather.windMs,
      pm25: 8 + weather.humidityPct / 10,
      pm10: 15 + weather.windMs * 2,
    };
  },
  water({ device, field }, { world, felt }) {
    const { watering, total } = world.soils.get(field) as SoilState;
    const flowM3h = watering > 0 ? FIELD_HA * 60 : 0;
    return felt(device, {
      levelM: 2.4 + 0.3 * wander(world.seed, `${device} level`, world.nowMs, 6 * 3_600_000),
      flowM3h,
      velocityMs: flowM3h / 3_600 / PIPE_M2,
      totalM3: total.irrigation * FIELD_HA * 10,
      temperatureC: 14 + 2 * wander(world.seed, `${device} water`, world.nowMs, 24 * 3_600_000),
    });
  },
};

/** The pump waters so much land through one pipe of 150 mm: 6 mm an hour are 60 m³ a hectare. */
const FIELD_HA = 2;
const PIPE_M2 = Math.PI * 0.075 ** 2;
