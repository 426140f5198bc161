/** Beneath the map: what the job comes to, what the colours mean, how many things could not be read. */
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import {
  AGAIN,
  css as cssOf,
  type DoseScale,
  doseColour,
  doseMarks,
  ONCE,
  type Rgba,
  SKIPPED,
} from '../frames/colours.ts';
import { areaIn, doseIn, type JobSums } from '../geometry/dose.ts';
import type { FieldOptions } from '../options.ts';

interface Props {
  sums: JobSums | undefined;
  options: FieldOptions;
  scale: DoseScale;
  /** Colour by state of a sensor. */
  states: ReadonlyMap<string, string>;
  troubles: readonly string[];
}

export function Legend({ sums, options, scale, states, troubles }: Props) {
  const styles = useStyles2(stylesOf);
  const isDose = options.colour === 'dose' && scale.most > 0;
  return (
    <div className={styles.legend}>
      {sums && (
        <div className={styles.row}>
          {figuresOf(sums, options).map(([name, figure]) => (
            <span key={name}>
              {name} <b>{figure}</b>
            </span>
          ))}
        </div>
      )}
      <div className={styles.row}>
        {sums && isDose && (
          <span className={styles.row}>
            {doseMarks(scale).map((dose) => (
              <Swatch key={dose} colour={doseColour(dose, scale)} text={dose.toFixed(1)} />
            ))}
            {options.doseUnit}
          </span>
        )}
        {sums && !isDose && <Swatch colour={ONCE} text="once" />}
        {sums && !isDose && <Swatch colour={AGAIN} text="again" />}
        {sums && <Swatch colour={SKIPPED} text="skipped" />}
        {[...states].map(([state, colour]) => (
          <span key={state} className={styles.item}>
            <i className={styles.dot} style={{ background: colour }} />
            {state === '' ? 'no state' : state}
          </span>
        ))}
        {troubles.length > 0 && (
          <span className={styles.trouble} title={troubles.join('\n')}>
            {troubles[0]}
            {troubles.length > 1 && ` (and ${troubles.length - 1} more)`}
          </span>
        )}
      </div>
    </div>
  );
}

function Swatch({ colour, text }: { colour: Rgba; text: string }) {
  const styles = useStyles2(stylesOf);
  return (
    <span className={styles.item}>
      <i className={styles.swatch} style={{ background: cssOf(colour) }} />
      {text}
    </span>
  );
}

/** Names and figures, those that are known. */
export function figuresOf(
  sums: JobSums,
  { doseUnit }: Pick<FieldOptions, 'doseUnit'>,
): [name: string, figure: string][] {
  const area = (m2: number) => {
    const { value, unit } = areaIn(doseUnit, m2);
    return `${value.toFixed(2)} ${unit}`;
  };
  const share = (m2: number, of: number) => (of > 0 ? ` (${((100 * m2) / of).toFixed(1)} %)` : '');
  const { sprayedM2, overlapM2, skippedM2, outsideM2, fieldM2, litres, litresPerM2 } = sums;
  return [
    ['Sprayed', area(sprayedM2)],
    ['Overlap', `${area(overlapM2)}${share(overlapM2, sprayedM2)}`],
    ['Skipped', `${area(skippedM2)}${share(skippedM2, fieldM2)}`],
    ...(outsideM2 > 0 ? [['Outside', area(outsideM2)] as [string, string]] : []),
    ...(litres === undefined ? [] : [['Given', `${litres.toFixed(1)} L`] as [string, string]]),
    ...(litresPerM2 === undefined
      ? []
      : [['Mean dose', `${doseIn(doseUnit, litresPerM2).toFixed(2)} ${doseUnit}`] as [string, string]]),
  ];
}

const stylesOf = (theme: GrafanaTheme2) => ({
  legend: css({ fontSize: theme.typography.bodySmall.fontSize, padding: theme.spacing(0.5, 1) }),
  row: css({ display: 'flex', flexWrap: 'wrap', columnGap: theme.spacing(1.5) }),
  item: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.5) }),
  swatch: css({ width: 12, height: 12, borderRadius: 2, display: 'inline-block' }),
  dot: css({ width: 10, height: 10, borderRadius: '50%', display: 'inline-block' }),
  trouble: css({ color: theme.colors.warning.text }),
});
