/** When a rule watches: a time of day and days of the year; all of it where they are left empty. */
import type { When } from '@karez/model';
import { useWords } from '../words-context.tsx';
import { Line } from './inputs.tsx';

interface WhenFieldsProps {
  when: When | undefined;
  wrongAt(path: string): string | undefined;
  onChange(when: When | undefined): void;
}

export function WhenFields({ when, wrongAt, onChange }: WhenFieldsProps) {
  const { say } = useWords();
  const set = (key: 'hours' | 'season', end: 'from' | 'to', text: string) => {
    const next = { ...{ from: '', to: '' }, ...when?.[key], [end]: text };
    const { [key]: _, ...rest } = when ?? {};
    const all = next.from === '' && next.to === '' ? rest : { ...rest, [key]: next };
    onChange(Object.keys(all).length === 0 ? undefined : all);
  };
  return (['hours', 'season'] as const).map((key) => (
    <div key={key} className="form-pair">
      {(['from', 'to'] as const).map((end) => (
        <Line
          key={end}
          label={say(`rule.${end}`, { what: say(`rule.${key}`) })}
          type={key === 'hours' ? 'time' : 'text'}
          placeholder={say('rule.always')}
          value={when?.[key]?.[end] ?? ''}
          wrong={wrongAt(`when.${key}.${end}`) ?? (end === 'from' ? wrongAt(`when.${key}`) : undefined)}
          onChange={(text) => set(key, end, text)}
        />
      ))}
    </div>
  ));
}
