/** The thresholds that rules set for each channel, for whoever draws its values. Pure. */
import { type ApiRule, type ApiThreshold, bindRule, type FarmDetail } from '@karez/model';
import { Handles, worldOf } from './handles.ts';

/** One row for each rule that is in force and each channel that it watches, in the order of the rules. */
export function thresholdsOf(rules: readonly ApiRule[], farm: FarmDetail): ApiThreshold[] {
  const world = worldOf(farm, new Handles());
  return rules.flatMap(({ rule, revision }): ApiThreshold[] => {
    const { condition, severity, title } = rule;
    if (condition.type !== 'above' && condition.type !== 'below') return [];
    const { type, unit, value, recover, forS = 0 } = condition;
    return bindRule(rule, world).map(({ key, derived }) => ({
      ...{ channel: key, derived: derived !== undefined, rule: rule.id, revision, severity, title },
      ...{ is: type, unit, value, recover, forS, when: rule.when ?? null },
    }));
  });
}
