/** The templates that the server has. */
import type { BothTexts, Rule } from '@karez/model';
import { useAsked } from '../part/use-asked.ts';

export interface RuleTemplate {
  id: string;
  crop: string;
  stage: BothTexts;
  rule: Omit<Rule, 'id' | 'enabled' | 'scope' | 'template' | 'crop' | 'stage'>;
  numbers: Record<string, string>;
}

export function useTemplates(): readonly RuleTemplate[] {
  return useAsked<RuleTemplate[]>('/rule-templates').answer ?? [];
}
