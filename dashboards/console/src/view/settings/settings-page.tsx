/** What the reader chooses for this device. */
import { type ReactNode, use, useId } from 'react';
import { THEMES } from '../../settings/preferences.ts';
import { LANGUAGES, type LanguageId } from '../../words/words.ts';
import { FarmContext } from '../farm-context.tsx';
import { useWords } from '../words-context.tsx';
import { Account } from './account.tsx';
import { Contacts } from './contacts.tsx';
import { Tokens } from './tokens.tsx';

export function SettingsPage() {
  const { say, preferences, choose } = useWords();
  const farm = use(FarmContext);
  return (
    <div className="settings">
      <h1 tabIndex={-1}>{say('nav.settings')}</h1>
      <Choice title={say('settings.language')}>
        {(Object.keys(LANGUAGES) as LanguageId[]).map((id) => (
          <Option
            key={id}
            group="language"
            chosen={preferences.language === id}
            onChoose={() => choose({ language: id })}
          >
            <span lang={LANGUAGES[id].locale}>{LANGUAGES[id].name}</span>
          </Option>
        ))}
      </Choice>
      <Choice title={say('settings.theme')}>
        {THEMES.map((theme) => (
          <Option key={theme} group="theme" chosen={preferences.theme === theme} onChoose={() => choose({ theme })}>
            {say(`theme.${theme}`)}
            {theme === 'outdoors' ? <span className="row-notes">{say('theme.outdoors.why')}</span> : null}
          </Option>
        ))}
      </Choice>
      <Account />
      <Contacts />
      <Tokens />
      {farm?.times.zone === undefined ? null : (
        <p className="quiet">{say('settings.zone', { zone: farm.times.zone })}</p>
      )}
    </div>
  );
}

function Choice({ title, children }: { title: string; children: ReactNode }) {
  return (
    <fieldset className="choice card">
      <legend>{title}</legend>
      {children}
    </fieldset>
  );
}

interface OptionProps {
  group: string;
  chosen: boolean;
  onChoose(): void;
  children: ReactNode;
}

function Option({ group, chosen, onChoose, children }: OptionProps) {
  const id = useId();
  return (
    <label className="option" htmlFor={id}>
      <input id={id} type="radio" name={group} checked={chosen} onChange={onChoose} />
      <span className="option-words">{children}</span>
    </label>
  );
}
