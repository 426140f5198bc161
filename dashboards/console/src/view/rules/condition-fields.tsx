/** The condition of a rule: its kind, what it judges, its numbers with their units. Durations are asked in minutes. */
import type { Condition, ConditionType } from '@karez/model';
import { unitLabel } from '@karez/model';
import { CONDITION_TYPES, conditionOf, judgeable, withQuantity } from '../../judge/rule-draft.ts';
import { quantityName } from '../../judge/sentence.ts';
import { placeWords } from '../../show/label.ts';
import { useLoadedFarm } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';
import { NumberLine, Pick } from './inputs.tsx';

interface ConditionFieldsProps {
  condition: Condition;
  wrongAt(path: string): string | undefined;
  onChange(condition: Condition): void;
}

const EVERY_PLACE = '';

export function ConditionFields({ condition, wrongAt, onChange }: ConditionFieldsProps) {
  const { say } = useWords();
  const first = 'input' in condition ? condition.input.quantity : 'air.temperature';
  const kinds = CONDITION_TYPES.filter((type) => type !== 'difference' || condition.type === 'difference');
  return (
    <>
      <Pick
        label={say('rule.kind')}
        value={condition.type}
        options={kinds.map((type) => [type, say(`rule.kind.${type}`)])}
        onChange={(type: ConditionType) => onChange(conditionOf(type, first, condition))}
      />
      {'input' in condition ? <InputFields {...{ condition, wrongAt, onChange }} /> : null}
      <Numbers {...{ condition, wrongAt, onChange }} />
    </>
  );
}

function InputFields({ condition, wrongAt, onChange }: ConditionFieldsProps) {
  const { detail } = useLoadedFarm();
  const { say, language } = useWords();
  if (!('input' in condition)) return null;
  const { quantity, place } = condition.input;
  const quantities = [...new Set([quantity, ...judgeable(detail)])];
  const measured = detail.devices.flatMap((d) => d.channels).filter((c) => c.quantity === quantity);
  const places = [...new Set([...(place === undefined ? [] : [place]), ...measured.flatMap((c) => c.place ?? [])])];
  const setPlace = (next: string) =>
    onChange({ ...condition, input: next === EVERY_PLACE ? { quantity } : { quantity, place: next } });
  return (
    <div className="form-pair">
      <Pick
        label={say('rule.quantity')}
        value={quantity}
        options={quantities.map((id) => [id, quantityName(id, language)])}
        wrong={wrongAt('condition.input.quantity')}
        onChange={(id) => onChange(withQuantity(condition, id))}
      />
      {places.length === 0 ? null : (
        <Pick
          label={say('rule.place')}
          value={place ?? EVERY_PLACE}
          options={[[EVERY_PLACE, say('rule.place.every')], ...places.map((p) => [p, placeWords(p, say)] as const)]}
          onChange={setPlace}
        />
      )}
    </div>
  );
}

function Numbers({ condition, wrongAt, onChange }: ConditionFieldsProps) {
  const { say } = useWords();
  const unit = unitLabel(condition);
  const number = (key: string, label: string, unitOfIt: string, hint?: string, factor = 1) => (
    <NumberLine
      label={label}
      hint={hint}
      unit={unitOfIt}
      value={((condition as unknown as Record<string, number | undefined>)[key] ?? 0) / factor}
      wrong={wrongAt(`condition.${key}`)}
      onChange={(value) => onChange({ ...condition, [key]: factor === 1 ? value : Math.round(value * factor) })}
    />
  );
  const minutes = say('rule.unit.minutes');
  switch (condition.type) {
    case 'silent':
      return (
        <div className="form-pair">
          {number('intervals', say('rule.intervals'), '')}
          {number('leastS', say('rule.leastMinutes'), minutes, undefined, 60)}
        </div>
      );
    case 'gateway-silent':
      return number('forS', say('rule.silentMinutes'), minutes, undefined, 60);
    case 'stuck':
      return (
        <div className="form-pair">
          {number('forMin', say('rule.forMin'), minutes)}
          {number('tolerance', say('rule.tolerance'), unit)}
        </div>
      );
    default:
      return (
        <>
          {condition.type === 'rate' ? (
            <div className="form-pair">
              <Pick
                label={say('rule.direction')}
                value={condition.direction}
                options={(['falling', 'rising'] as const).map((d) => [d, say(`rule.direction.${d}`)])}
                onChange={(direction: 'falling' | 'rising') => onChange({ ...condition, direction })}
              />
              {number('overMin', say('rule.overMin'), minutes)}
            </div>
          ) : null}
          <div className="form-pair">
            {number('value', say('rule.value'), unit)}
            {number('recover', say('rule.recover'), unit, say('rule.recover.hint'))}
          </div>
          {number('forS', say('rule.forMinutes'), minutes, undefined, 60)}
        </>
      );
  }
}
