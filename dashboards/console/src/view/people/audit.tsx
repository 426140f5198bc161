/** What was done on a farm, newest first. */
import type { AuditEntry } from '@karez/model';
import { useFarm } from '../farm-context.tsx';
import { useAsked } from '../part/use-asked.ts';
import { useWords } from '../words-context.tsx';

const SHOWN = 50;

export function Audit({ farm }: { farm: string }) {
  const { say } = useWords();
  const { times, nowMs } = useFarm();
  const { answer } = useAsked<AuditEntry[]>(`/farms/${farm}/audit`);
  return (
    <section className="card panel">
      <h2>{say('audit.title')}</h2>
      <ol className="audit">
        {(answer ?? []).slice(0, SHOWN).map(({ id, atMs, who, action, subject }) => (
          <li key={id}>
            <time dateTime={new Date(atMs).toISOString()}>{times.moment(atMs, nowMs)}</time>
            <span>
              <bdi>{who}</bdi> <code>{action}</code> {subject === null ? null : <bdi>{subject}</bdi>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
