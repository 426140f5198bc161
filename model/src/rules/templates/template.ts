/**
 * Templates: rules for a crop at a stage of growth, ready to be taken over and changed. Data, with the source of each
 * number in the record; a number without a source is not there. Where nobody says when an alert may end, it ends at the
 * threshold. Numbers of other units are written as the source has them and converted here.
 */
import type { BothTexts, Rule } from '../rule.ts';

export interface RuleTemplate {
  /** `crop/stage-and-what`. */
  id: string;
  crop: string;
  /** For whoever chooses: the stage of growth, in words. */
  stage: BothTexts;
  /** The rule, but for its id and where it applies. */
  rule: Omit<Rule, 'id' | 'enabled' | 'scope' | 'template' | 'crop' | 'stage'>;
  /** Where each number of the condition comes from, by its path in the rule. */
  numbers: Record<string, string>;
}

/** °F as °C, to a tenth. */
export const fahrenheit = (f: number) => Math.round((f - 32) * (50 / 9)) / 10;

/** Messages and readers that templates of one kind share. */
export const TELL: Rule['tell'] = [{ role: 'owner' }, { role: 'agronomist' }, { role: 'operator' }];

/** The rule that a template makes: switched on, for all of the farm until a scope is chosen. */
export function ruleOfTemplate(template: RuleTemplate, id: string, scope: Rule['scope'] = {}): Rule {
  const { rule, crop, stage } = template;
  return { ...rule, id, enabled: true, scope, template: template.id, crop, stage: stage.en };
}
