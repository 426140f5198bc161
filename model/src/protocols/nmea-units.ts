/**
 * The letters by which NMEA 0183 names a unit (IEC 61162-1, sentences MWV, MWD, MDA, MTW and the table of XDR transducer types),
 * by the UCUM unit in which a quantity is stored: factor and what is added.
 */
export const NMEA_UNITS: Readonly<Record<string, Readonly<Record<string, readonly [multiply: number, add: number]>>>> =
  {
    'm/s': { M: [1, 0], N: [1852 / 3600, 0], K: [1 / 3.6, 0], S: [0.44704, 0] },
    Cel: { C: [1, 0], F: [5 / 9, -160 / 9], K: [1, -273.15] },
    hPa: { B: [1000, 0], P: [0.01, 0], I: [33.8638866667, 0] },
    '%': { P: [1, 0] },
    deg: { D: [1, 0], T: [1, 0], M: [1, 0] },
    m: { M: [1, 0], F: [0.3048, 0] },
    V: { V: [1, 0] },
    A: { A: [1, 0] },
  };
