import type { ModbusProfile } from '../profile-schemas.ts';

/**
 * An ultrasonic weather station of Renke's family, as DFRobot sells it. Wind speed is read in tenths, as the maker's table has
 * it: in the recorded frame the station itself calls 14 "force 1", which 1.4 m/s is and 0.14 m/s is not.
 */
export const dfrobotSen0658: ModbusProfile = {
  id: 'dfrobot-sen0658',
  title: { en: 'Weather station', zh: '超声波气象站' },
  maker: 'DFRobot SEN0658, SEN0657; Renke RS-FSXCS-N01',
  kind: 'weather',
  intervalMs: 10_000,
  protocol: 'modbus',
  function: 3,
  baudRate: 4800,
  source: 'DFRobot SEN0658 wiki, general register address, 01F4H to 01FEH',
  channels: [
    { quantity: 'wind.speed', register: 500, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'wind.direction', register: 503, type: 'uint16', decimals: 0 },
    { quantity: 'air.humidity', register: 504, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'air.temperature', register: 505, type: 'int16', divide: 1, decimals: 1 },
    { quantity: 'air.noise', register: 506, type: 'uint16', divide: 1, decimals: 1 },
    { quantity: 'air.pm2-5', register: 507, type: 'uint16', decimals: 0 },
    { quantity: 'air.pm10', register: 508, type: 'uint16', decimals: 0 },
    { quantity: 'air.pressure', register: 509, type: 'uint16', decimals: 0 },
    { quantity: 'light.illuminance', register: 510, type: 'uint32', decimals: 0 },
  ],
  frames: [
    {
      hex: '010301F400040407010308000E00010002006E67FB',
      values: { 'wind.speed': 1.4, 'wind.direction': 110 },
      source: 'recorded: output of the public program sen0658_poll, behind an adapter that echoes requests',
    },
    {
      hex: '010301F8000385C601030601C300F6020605E5',
      values: { 'air.humidity': 45.1, 'air.temperature': 24.6, 'air.noise': 51.8 },
      source: 'the same recording',
    },
    {
      hex: '010301FB000375C60103060005000F03FB9C05',
      values: { 'air.pm2-5': 5, 'air.pm10': 15, 'air.pressure': 1019 },
      source: 'the same recording (101.9 kPa)',
    },
    {
      hex: '010301FE0002A407010304000000327BE6',
      values: { 'light.illuminance': 50 },
      source: 'the same recording',
    },
  ],
};
