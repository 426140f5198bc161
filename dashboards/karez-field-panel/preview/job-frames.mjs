/**
 * A job as frames, made by a known plan so that the picture can be judged: swaths to and fro over a skewed field, one of them
 * two metres too close to its neighbour (overlap), one three metres too far (skip), one with its two left sections shut, one flown at
 * twice the speed (half the dose); four sensors in four states.
 */
const LATITUDE = 44.303;
const LONGITUDE = 86.052;
const NORTH_DEG = 1 / 111_195;
const EAST_DEG = NORTH_DEG / Math.cos((LATITUDE * Math.PI) / 180);
const place = (east, north) => [LONGITUDE + east * EAST_DEG, LATITUDE + north * NORTH_DEG];

const OUTLINE = [
  [0, 0],
  [190, 8],
  [184, 104],
  [6, 96],
];
const [SWATH_M, SPEED_MS, FLOW_LPM] = [6, 5, 6];
/** Metres by which a swath lies off its line. */
const OFF_M = { 5: -2, 9: 3 };
const SHUT = 12;
const FAST = 3;

export function jobFrames(startMs) {
  const rows = { time: [], latitude: [], longitude: [], flow: [], sections: [], device: [] };
  let timeMs = startMs;
  const fix = (east, north, isSpraying, sections = 15) => {
    const [longitude, latitude] = place(east, north);
    rows.time.push(timeMs);
    rows.latitude.push(latitude);
    rows.longitude.push(longitude);
    rows.flow.push(isSpraying ? (FLOW_LPM * (sections === 15 ? 4 : 2)) / 4 : 0);
    rows.sections.push(isSpraying ? sections : 0);
    rows.device.push('drone');
    timeMs += 1000;
  };
  for (let n = 0; n < 15; n++) {
    const north = 7 + n * SWATH_M + (OFF_M[n] ?? 0);
    const [from, to] = n % 2 === 0 ? [6, 184] : [184, 6];
    const speed = n === FAST ? 2 * SPEED_MS : SPEED_MS;
    const steps = Math.floor(Math.abs(to - from) / speed);
    for (let i = 0; i <= steps; i++) fix(from + ((to - from) * i) / steps, north, i < steps, n === SHUT ? 0b1100 : 15);
    for (let turn = 1; turn <= 4; turn++)
      fix(to + (n % 2 === 0 ? 4 : -4) * Math.sin((turn / 4) * Math.PI), north + turn * 1.4, false);
  }
  const sensors = [
    ['soil-north', 40, 74, 'ok'],
    ['soil-south', 52, 22, 'warning'],
    ['weather', 150, 84, 'silent'],
    ['valve', 128, 30, 'trouble'],
  ];
  const column = (name, type, values) => ({ name, type, values, config: {} });
  return [
    {
      refId: 'A',
      fields: [
        column('field', 'string', ['north']),
        column('outline', 'string', [JSON.stringify(OUTLINE.map(([e, n]) => place(e, n)))]),
      ],
    },
    {
      refId: 'B',
      fields: [
        column(
          'device',
          'string',
          sensors.map(([name]) => name),
        ),
        column(
          'latitude',
          'number',
          sensors.map(([, e, n]) => place(e, n)[1]),
        ),
        column(
          'longitude',
          'number',
          sensors.map(([, e, n]) => place(e, n)[0]),
        ),
        column(
          'state',
          'string',
          sensors.map(([, , , state]) => state),
        ),
      ],
    },
    {
      refId: 'C',
      fields: [
        column('Time', 'time', rows.time),
        column('device', 'string', rows.device),
        column('latitude', 'number', rows.latitude),
        column('longitude', 'number', rows.longitude),
      ],
    },
    {
      refId: 'D',
      fields: [
        column('Time', 'time', rows.time),
        column('device', 'string', rows.device),
        column('flow', 'number', rows.flow),
        column('sections', 'number', rows.sections),
      ],
    },
  ];
}
