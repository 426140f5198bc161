/** The values of one kind: soil at a depth, air, sprayer. What is seldom needed comes on demand. */
import { useId, useState } from 'react';
import type { Section } from '../../judge/groups.ts';
import type { Say } from '../../words/words.ts';
import { Icon } from '../part/icon.tsx';
import { useWords } from '../words-context.tsx';
import { GroupRow } from './group-row.tsx';

export function SectionRows({ section, shared }: { section: Section; shared: boolean }) {
  const { say } = useWords();
  const id = useId();
  const [open, setOpen] = useState(section.groups.length === 0 && section.kind !== 'device');
  const groups = open ? [...section.groups, ...section.more] : section.groups;
  return (
    <section className="rows-section" aria-labelledby={id}>
      <h2 id={id}>
        {sectionTitle(section, say)}
        {shared ? <span className="rows-shared">{say('field.shared')}</span> : null}
      </h2>
      <ul className="rows">
        {groups.map((group) => (
          <GroupRow key={group.key} group={group} inSection={section.kind} />
        ))}
      </ul>
      {section.more.length === 0 || (section.groups.length === 0 && section.kind !== 'device') ? null : (
        <button type="button" className="rows-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Icon name="open" />
          {open ? say('section.less') : say('section.more', { n: section.more.length })}
        </button>
      )}
    </section>
  );
}

function sectionTitle({ kind, depthCm }: Section, say: Say): string {
  if (kind === 'soil') return depthCm === null ? say('soil.any') : say('soil.depth', { cm: depthCm });
  return say(`section.${kind}`);
}
