/**
 * The quantities that Karez knows: one row each, used by checks, wire, store, console and boards alike. Ids never
 * change; a new quantity is a new row. Units are written in UCUM (ucum.org, case sensitive). Ranges are what nature or
 * the usual sensor can give, so that a value outside is surely wrong; rates are the fastest change that is still
 * plausible in the field, so that a jump is marked, not thrown away.
 */
export type QuantityKind = 'soil' | 'air' | 'water' | 'sprayer' | 'position' | 'device';

/** How several readings become one point of a chart. */
export type Aggregate =
  /** Mean, with lowest and highest. */
  | 'mean'
  /** The sum over the time (amounts that fall, such as rain in an interval). */
  | 'sum'
  /** Directions: mean of unit vectors. */
  | 'circular'
  /** The last (states, bit masks, counters). */
  | 'last';

export interface Quantity {
  kind: QuantityKind;
  /** UCUM unit of stored values; `1` where there is none. */
  unit: string;
  /** The unit as people read it. */
  label: string;
  min: number;
  max: number;
  /** Highest plausible change per minute, in the unit; `null` where any change is plausible. */
  ratePerMin: number | null;
  /** Minutes without any change after which a sensor is taken for stuck; `null` where standing still is natural. */
  stuckAfterMin: number | null;
  /** Decimals that are worth showing. */
  decimals: number;
  aggregate: Aggregate;
  en: string;
  zh: string;
}

/**
 * Only what wanders by itself from hour to hour, whatever the weather. Soil below the daily wave stands still for days,
 * and a freezing one at 0 °C for more; two weeks without a tenth of a degree are believed of no soil.
 */
const STUCK: Record<string, number> = {
  'Air temperature': 360,
  'Air humidity': 720,
  'Air pressure': 360,
  'Soil temperature': 20_160,
};

const q = (
  kind: QuantityKind,
  unit: string,
  label: string,
  [min, max]: [number, number],
  ratePerMin: number | null,
  decimals: number,
  en: string,
  zh: string,
  aggregate: Aggregate = 'mean',
): Quantity => ({
  kind,
  unit,
  label,
  min,
  max,
  ratePerMin,
  stuckAfterMin: STUCK[en] ?? null,
  decimals,
  aggregate,
  en,
  zh,
});

export const QUANTITIES = {
  'soil.moisture': q('soil', '%', '%', [0, 100], 20, 1, 'Soil moisture', '土壤水分'),
  'soil.temperature': q('soil', 'Cel', '°C', [-40, 70], 3, 1, 'Soil temperature', '土壤温度'),
  'soil.ec': q('soil', 'uS/cm', 'µS/cm', [0, 20000], 5000, 0, 'Soil conductivity', '土壤电导率'),
  'soil.ph': q('soil', '[pH]', 'pH', [2, 12], 1, 1, 'Soil pH', '土壤酸碱度'),
  'soil.nitrogen': q('soil', 'mg/kg', 'mg/kg', [0, 2999], 500, 0, 'Nitrogen (N)', '氮'),
  'soil.phosphorus': q('soil', 'mg/kg', 'mg/kg', [0, 2999], 500, 0, 'Phosphorus (P)', '磷'),
  'soil.potassium': q('soil', 'mg/kg', 'mg/kg', [0, 2999], 500, 0, 'Potassium (K)', '钾'),
  'soil.matric-potential': q('soil', 'kPa', 'kPa', [-100000, 0], null, 1, 'Soil water tension', '土壤基质势'),
  'soil.permittivity': q('soil', '1', '', [1, 88], 20, 2, 'Soil permittivity', '土壤介电常数'),
  'soil.salinity': q('soil', 'mg/L', 'mg/L', [0, 20000], 5000, 0, 'Soil salinity', '土壤盐分'),
  'soil.dissolved-solids': q('soil', 'mg/L', 'mg/L', [0, 20000], 5000, 0, 'Dissolved solids (TDS)', '土壤可溶性固体'),
  'soil.raw': q('soil', '1', '', [0, 1000000], null, 0, 'Raw soil probe value', '土壤传感器原始值'),
  'air.temperature': q('air', 'Cel', '°C', [-60, 65], 5, 1, 'Air temperature', '气温'),
  'air.humidity': q('air', '%', '%', [0, 100], 20, 0, 'Air humidity', '空气湿度'),
  'air.pressure': q('air', 'hPa', 'hPa', [300, 1100], 2, 1, 'Air pressure', '气压'),
  'air.dew-point': q('air', 'Cel', '°C', [-80, 50], 5, 1, 'Dew point', '露点'),
  'air.vapour-pressure': q('air', 'kPa', 'kPa', [0, 15], 2, 3, 'Vapour pressure', '水汽压'),
  'air.vapour-pressure-deficit': q('air', 'kPa', 'kPa', [0, 15], 2, 2, 'Vapour pressure deficit', '饱和水汽压差'),
  'air.co2': q('air', '[ppm]', 'ppm', [0, 50000], 5000, 0, 'Carbon dioxide', '二氧化碳'),
  'air.noise': q('air', 'dB[SPL]', 'dB', [0, 150], null, 0, 'Noise', '噪声'),
  'air.pm2-5': q('air', 'ug/m3', 'µg/m³', [0, 5000], null, 0, 'Fine dust (PM2.5)', '细颗粒物'),
  'air.pm10': q('air', 'ug/m3', 'µg/m³', [0, 5000], null, 0, 'Dust (PM10)', '可吸入颗粒物'),
  'air.tvoc': q('air', '[ppb]', 'ppb', [0, 65535], null, 0, 'Volatile organic compounds', '挥发性有机物'),
  'indoor.temperature': q('device', 'Cel', '°C', [-60, 85], 5, 1, 'Indoor temperature', '室内温度'),
  'indoor.humidity': q('device', '%', '%', [0, 100], 30, 0, 'Indoor humidity', '室内湿度'),
  'wind.speed': q('air', 'm/s', 'm/s', [0, 75], null, 1, 'Wind speed', '风速'),
  'wind.speed-average': q('air', 'm/s', 'm/s', [0, 75], null, 1, 'Wind speed, 10 min', '十分钟平均风速'),
  'wind.direction': q('air', 'deg', '°', [0, 360], null, 0, 'Wind direction', '风向', 'circular'),
  'wind.gust': q('air', 'm/s', 'm/s', [0, 100], null, 1, 'Wind gust', '阵风'),
  'wind.north': q('air', 'm/s', 'm/s', [-75, 75], null, 1, 'Wind from the north', '风速北分量'),
  'wind.east': q('air', 'm/s', 'm/s', [-75, 75], null, 1, 'Wind from the east', '风速东分量'),
  'rain.amount': q('air', 'mm', 'mm', [0, 200], null, 1, 'Rain', '降雨量', 'sum'),
  'rain.day': q('air', 'mm', 'mm', [0, 2000], null, 1, 'Rain today', '今日降雨', 'last'),
  'rain.total': q('air', 'mm', 'mm', [0, 100000], null, 1, 'Rain in all', '累计降雨', 'last'),
  'rain.rate': q('air', 'mm/h', 'mm/h', [0, 2500], null, 1, 'Rain rate', '雨强'),
  'solar.radiation': q('air', 'W/m2', 'W/m²', [0, 1800], null, 0, 'Solar radiation', '太阳辐射'),
  'solar.par': q('air', 'umol/m2/s', 'µmol/m²·s', [0, 3000], null, 0, 'Light for plants (PAR)', '光合有效辐射'),
  'solar.uv-index': q('air', '1', '', [0, 20], null, 1, 'UV index', '紫外线指数'),
  'solar.sunshine': q('air', 's', 's', [0, 86400], null, 0, 'Sunshine', '日照时长', 'sum'),
  'lightning.strikes': q('air', '1', '', [0, 65535], null, 0, 'Lightning strikes', '雷击次数', 'sum'),
  'lightning.distance': q('air', 'km', 'km', [0, 100], null, 0, 'Lightning distance', '雷击距离', 'last'),
  'light.illuminance': q('air', 'lx', 'lx', [0, 250000], null, 0, 'Illuminance', '光照度'),
  'surface.temperature': q('air', 'Cel', '°C', [-60, 90], 10, 1, 'Surface temperature', '表面温度'),
  'probe.temperature': q('air', 'Cel', '°C', [-60, 130], 10, 1, 'Probe temperature', '探头温度'),
  'plant.sap-flow': q('air', 'L/h', 'L/h', [-50, 1000], null, 3, 'Sap flow', '液流量'),
  'plant.heat-velocity': q('air', 'cm/h', 'cm/h', [-50, 1000], null, 3, 'Heat pulse velocity', '热脉冲速度'),
  'plant.heat-ratio': q('air', '1', '', [-10, 12], null, 3, 'Heat ratio', '热比率'),
  'plant.heat-time': q('air', 's', 's', [0, 140], null, 3, 'Time to heat maximum', '热峰时间'),
  'plant.temperature': q('air', 'Cel', '°C', [-40, 70], 5, 1, 'Sapwood temperature', '边材温度'),
  'leaf.wetness': q('air', '%', '%', [0, 100], null, 0, 'Leaf wetness', '叶面湿度'),
  'leaf.temperature': q('air', 'Cel', '°C', [-40, 80], 10, 1, 'Leaf temperature', '叶面温度'),
  'et.day': q('air', 'mm', 'mm', [0, 30], null, 2, 'Evapotranspiration today', '今日蒸散量', 'last'),
  'water.level': q('water', 'm', 'm', [-5, 100], null, 2, 'Water level', '水位'),
  'water.flow': q('water', 'm3/h', 'm³/h', [-100000, 100000], null, 2, 'Water flow', '水流量'),
  'water.velocity': q('water', 'm/s', 'm/s', [-20, 20], null, 2, 'Water velocity', '流速'),
  'water.volume': q('water', 'm3', 'm³', [0, 1e9], null, 1, 'Water used', '用水量', 'last'),
  'water.temperature': q('water', 'Cel', '°C', [-5, 60], 3, 1, 'Water temperature', '水温'),
  'water.distance': q('water', 'm', 'm', [0, 100], null, 3, 'Distance to the surface', '水面距离'),
  'water.pressure': q('water', 'kPa', 'kPa', [-100, 10000], null, 0, 'Water pressure', '水压'),
  'water.leak': q('water', '1', '', [0, 255], null, 0, 'Water leak', '漏水', 'last'),
  'tank.volume': q('sprayer', 'L', 'L', [0, 20000], null, 1, 'Tank', '药箱余量'),
  'tank.level': q('sprayer', '%', '%', [0, 100], null, 0, 'Tank level', '药箱液位'),
  'sprayer.flow': q('sprayer', 'L/min', 'L/min', [0, 1000], null, 2, 'Spray flow', '喷洒流量'),
  'sprayer.applied': q('sprayer', 'L', 'L', [0, 100000], null, 1, 'Sprayed', '已喷药量', 'last'),
  'sprayer.spinner': q('sprayer', '/min', 'rpm', [0, 60000], null, 0, 'Spinner speed', '离心喷头转速'),
  'sprayer.spinner-drive': q('sprayer', '%', '%', [0, 100], null, 0, 'Spinner drive', '离心喷头输出'),
  'sprayer.pump': q('sprayer', '%', '%', [0, 100], null, 0, 'Pump', '水泵'),
  'sprayer.sections': q('sprayer', '1', '', [0, 4294967295], null, 0, 'Boom sections', '喷杆分段', 'last'),
  'position.latitude': q('position', 'deg', '°', [-90, 90], 1, 6, 'Latitude', '纬度', 'last'),
  'position.longitude': q('position', 'deg', '°', [-180, 180], 1, 6, 'Longitude', '经度', 'last'),
  'position.altitude': q('position', 'm', 'm', [-500, 9000], 3000, 1, 'Altitude', '海拔'),
  'position.height': q('position', 'm', 'm', [-100, 1000], 3000, 1, 'Height above take-off', '飞行高度'),
  'position.clearance': q('position', 'm', 'm', [0, 1000], null, 2, 'Height above ground', '离地高度'),
  'motion.ground-speed': q('position', 'm/s', 'm/s', [0, 100], null, 1, 'Speed', '地速'),
  'motion.heading': q('position', 'deg', '°', [0, 360], null, 0, 'Heading', '航向', 'circular'),
  'motion.climb-rate': q('position', 'm/s', 'm/s', [-50, 50], null, 1, 'Climb', '爬升率'),
  'gnss.fix': q('position', '1', '', [0, 8], null, 0, 'Position fix', '定位状态', 'last'),
  'gnss.satellites': q('position', '1', '', [0, 99], null, 0, 'Satellites', '卫星数', 'last'),
  'gnss.hdop': q('position', '1', '', [0, 100], null, 2, 'Position dilution (HDOP)', '水平精度因子'),
  'gnss.accuracy': q('position', 'm', 'm', [0, 10000], null, 3, 'Position accuracy', '水平定位精度'),
  'gnss.rtk-satellites': q('position', '1', '', [0, 99], null, 0, 'Satellites with corrections', '差分卫星数', 'last'),
  'mission.item': q('position', '1', '', [0, 65535], null, 0, 'Mission item', '任务航点', 'last'),
  'mission.items': q('position', '1', '', [0, 65535], null, 0, 'Mission items', '任务航点总数', 'last'),
  'vehicle.mode': q('device', '1', '', [0, 255], null, 0, 'Flight mode', '飞行模式', 'last'),
  'vehicle.custom-mode': q(
    'device',
    '1',
    '',
    [0, 4294967295],
    null,
    0,
    'Mode of the autopilot',
    '飞控模式编号',
    'last',
  ),
  'vehicle.armed': q('device', '1', '', [0, 1], null, 0, 'Motors armed', '电机解锁', 'last'),
  'vehicle.state': q('device', '1', '', [0, 8], null, 0, 'Vehicle state', '飞行状态', 'last'),
  'sensor.temperature': q('device', 'Cel', '°C', [-60, 85], 5, 1, 'Sensor temperature', '传感器温度'),
  'sensor.tilt-north': q('device', 'deg', '°', [-180, 180], null, 1, 'Tilt to the north', '向北倾角'),
  'sensor.tilt-west': q('device', 'deg', '°', [-180, 180], null, 1, 'Tilt to the west', '向西倾角'),
  'battery.voltage': q('device', 'V', 'V', [0, 1000], null, 2, 'Battery', '电池电压'),
  'battery.cell-lowest': q('device', 'V', 'V', [0, 6], null, 3, 'Lowest battery cell', '电池最低单体电压'),
  'battery.temperature': q('device', 'Cel', '°C', [-60, 120], 20, 1, 'Battery temperature', '电池温度'),
  'battery.current': q('device', 'A', 'A', [-1000, 1000], null, 1, 'Battery current', '电池电流'),
  'battery.level': q('device', '%', '%', [0, 100], null, 0, 'Battery level', '电量'),
  'signal.quality': q('device', '%', '%', [0, 100], null, 0, 'Measuring signal quality', '测量信号质量'),
  'radio.rssi': q('device', 'dB[mW]', 'dBm', [-150, 20], null, 0, 'Signal', '信号强度'),
  'radio.snr': q('device', 'dB', 'dB', [-40, 40], null, 1, 'Signal to noise', '信噪比'),
  'device.tilt': q('device', 'deg', '°', [-180, 180], null, 1, 'Tilt', '倾角'),
  'device.heading': q('device', 'deg', '°', [0, 360], null, 0, 'Compass heading', '设备方位', 'circular'),
  'device.contact': q('device', '1', '', [0, 1], null, 0, 'Contact', '触点', 'last'),
  'device.motion': q('device', '1', '', [0, 255], null, 0, 'Motion', '移动次数', 'last'),
  'device.diagnostic': q('device', '1', '', [0, 4294967295], null, 0, 'Diagnostic code', '诊断代码', 'last'),
  'device.voltage': q('device', 'V', 'V', [-100, 1000], null, 3, 'Voltage', '电压'),
  'pulse.count': q('device', '1', '', [0, 4294967295], null, 0, 'Pulses', '脉冲数', 'last'),
  // What becomes of commands, as a gateway journals it (commands/step.ts).
  'actuator.state': q('device', '%', '%', [0, 100], null, 0, 'Actuator', '执行器', 'last'),
  'command.number': q('device', '1', '', [0, 9999999999999], null, 0, 'Command', '指令', 'last'),
  'command.actuator': q('device', '1', '', [0, 65535], null, 0, 'Command to channel', '指令通道', 'last'),
  'command.step': q('device', '1', '', [0, 511], null, 0, 'Step of a command', '指令步骤', 'last'),
  'command.value': q('device', '%', '%', [0, 100], null, 0, 'State read back', '回读状态', 'last'),
  // What rules say, as a gateway journals it (rules/alert-device.ts).
  'alert.rule': q('device', '1', '', [0, 2147483647], null, 0, 'Rule', '告警规则', 'last'),
  'alert.subject': q('device', '1', '', [0, 65535], null, 0, 'Alert about channel', '告警通道', 'last'),
  'alert.state': q('device', '1', '', [0, 127], null, 0, 'Alert state', '告警状态', 'last'),
  'alert.value': q('device', '1', '', [-1e9, 1e9], null, 3, 'Value judged', '判定值', 'last'),
} as const satisfies Record<string, Quantity>;

export type QuantityId = keyof typeof QUANTITIES;

const TABLE: Record<string, Quantity | undefined> = QUANTITIES;

/** The row of a quantity, or `undefined` where there is none of this id. */
export function quantityOf(id: string): Quantity | undefined {
  return Object.hasOwn(TABLE, id) ? TABLE[id] : undefined;
}

/** Ids in the order of the table. */
export const QUANTITY_IDS = Object.keys(QUANTITIES) as QuantityId[];
