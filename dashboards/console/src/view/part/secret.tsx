/** Something that is shown once and to be copied. */
import { useState } from 'react';
import { useWords } from '../words-context.tsx';

export function Secret({ text, hint }: { text: string; hint: string }) {
  const { say } = useWords();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard?.writeText(text).then(
      () => setCopied(true),
      () => {},
    );
  };
  return (
    <div className="secret" role="status">
      <p>{hint}</p>
      <code>{text}</code>
      <button type="button" className="button" onClick={copy}>
        {say(copied ? 'secret.copied' : 'secret.copy')}
      </button>
    </div>
  );
}
