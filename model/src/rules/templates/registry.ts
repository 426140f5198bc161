/** Every template that ships. Adding one is a record; the table's test walks them all. */
import { COTTON, MAIZE, TEA } from './field-crops.ts';
import { EDIBLE_FUNGUS, SEED_POTATO_STORE, TOMATO_GREENHOUSE } from './indoor.ts';
import { ORCHARD_FROST } from './orchard-frost.ts';
import type { RuleTemplate } from './template.ts';

export { type RuleTemplate, ruleOfTemplate } from './template.ts';

export const RULE_TEMPLATES: readonly RuleTemplate[] = [
  ...COTTON,
  ...MAIZE,
  ...TOMATO_GREENHOUSE,
  ...TEA,
  ...EDIBLE_FUNGUS,
  ...ORCHARD_FROST,
  ...SEED_POTATO_STORE,
];
