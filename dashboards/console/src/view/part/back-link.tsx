import { useWords } from '../words-context.tsx';
import { Icon } from './icon.tsx';

export function BackLink({ href }: { href: string }) {
  const { say } = useWords();
  return (
    <a className="back" href={href}>
      <Icon name="back" />
      {say('nav.back')}
    </a>
  );
}
