import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * Temperature first, hundredths, and what moisture is worked out from: Seeed S-Soil MTEC-02 (S-Temp&VWC&EC-02), INFWIN MTEC,
 * WoMaster ES103. Permittivity may be given a soil's own curve under calibration.
 */
export const seeedMtec02: ModbusProfile = {
  id: 'seeed-mtec-02',
  title: { en: 'Soil probe 3-in-1', zh: '三合一土壤传感器' },
  maker: 'Seeed S-Soil MTEC-02, INFWIN MTEC, WoMaster ES103',
  kind: 'soil',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 4,
  baudRate: 9600,
  source: 'Seeed Soil Moisture & Temperature & EC Sensor user manual V1.0, sections 5.2 and 5.3',
  channels: [
    { quantity: 'soil.temperature', register: 0, type: 'int16', divide: 2, decimals: 2 },
    { quantity: 'soil.moisture', register: 1, type: 'uint16', divide: 2, decimals: 2 },
    { quantity: 'soil.ec', register: 2, type: 'uint16', decimals: 0 },
    { quantity: 'soil.salinity', register: 3, type: 'uint16', decimals: 0 },
    { quantity: 'soil.dissolved-solids', register: 4, type: 'uint16', decimals: 0 },
    { quantity: 'soil.permittivity', register: 5, type: 'uint16', divide: 2, decimals: 2 },
  ],
  frames: [
    {
      hex: '01040C0702071D071D03E9038E04E27CAB',
      values: {
        'soil.temperature': 17.94,
        'soil.moisture': 18.21,
        'soil.ec': 1821,
        'soil.salinity': 1001,
        'soil.dissolved-solids': 910,
        'soil.permittivity': 12.5,
      },
      source:
        'computed from the values of the manual, section 5.3 (0702 is 17.94 degrees, 071D is 18.21 % and 1821 uS/cm), the last three made up',
    },
    {
      hex: '01040CFF0500000000000000000064D285',
      values: { 'soil.temperature': -2.51, 'soil.moisture': 0 },
      source: 'computed: FF05, the frost of the manual, section 5.3, is -2.51 degrees as a signed number',
    },
  ],
};
