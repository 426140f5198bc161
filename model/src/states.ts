/**
 * Words for quantities whose numbers are states. MAVLink's are those of its own lists (mavlink.io, standard and common message
 * sets): MAV_STANDARD_MODE, MAV_STATE, GPS_FIX_TYPE. What each maker numbers by himself, as contacts, has none.
 */
import type { QuantityId } from './quantities.ts';

export interface StateName {
  en: string;
  zh: string;
}

const names = (...rows: [en: string, zh: string][]): StateName[] => rows.map(([en, zh]) => ({ en, zh }));

/** By number, from 0. */
export const STATES: { readonly [quantity in QuantityId]?: readonly StateName[] } = {
  'vehicle.mode': names(
    ['other', '其他'],
    ['position hold', '定点'],
    ['orbit', '环绕'],
    ['cruise', '巡航'],
    ['altitude hold', '定高'],
    ['return', '返航'],
    ['mission', '航线作业'],
    ['landing', '降落'],
    ['takeoff', '起飞'],
  ),
  'vehicle.state': names(
    ['not ready', '未就绪'],
    ['starting', '启动中'],
    ['calibrating', '校准中'],
    ['standby', '待命'],
    ['active', '运行'],
    ['critical', '异常'],
    ['emergency', '紧急'],
    ['powering off', '关机中'],
    ['flight terminated', '终止飞行'],
  ),
  'vehicle.armed': names(['disarmed', '已锁定'], ['armed', '已解锁']),
  'gnss.fix': names(
    ['no receiver', '无接收机'],
    ['no fix', '未定位'],
    ['2D', '二维'],
    ['3D', '三维'],
    ['DGPS', '差分'],
    ['RTK float', 'RTK 浮点'],
    ['RTK fixed', 'RTK 固定'],
    ['static', '静态'],
    ['PPP', 'PPP'],
  ),
};

/** The word for a value, or undefined where it is a number. */
export function stateName(quantity: string, value: number): StateName | undefined {
  return Object.hasOwn(STATES, quantity) ? STATES[quantity as QuantityId]?.[value] : undefined;
}
