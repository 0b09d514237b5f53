import { MessageCircle } from 'lucide-react';
import { t } from '../../../words/words.ts';
import { Button } from '../design/controls.tsx';

export interface TalkButtonProps {
  readonly name: string;
  readonly unread: number;
  /** As the other buttons beside it. */
  readonly look: 'tool' | 'icon';
  readonly onTalk: () => void;
}

/** Leads from a session to the conversation with the other person, and says how much of it is new. */
export function TalkButton({ name, unread, look, onTalk }: TalkButtonProps) {
  const label = unread === 0 ? t('chat.open', { name }) : t('chat.openUnread', { name, count: unread });
  const shown = (
    <>
      <MessageCircle size={20} aria-hidden />
      {unread > 0 && (
        <span className="talk__count" aria-hidden>
          {unread}
        </span>
      )}
    </>
  );
  if (look === 'icon')
    return (
      <Button look="icon" className="talk" aria-label={label} title={label} onClick={onTalk}>
        {shown}
      </Button>
    );
  return (
    <button type="button" className="tool talk" aria-label={label} title={label} onClick={onTalk}>
      {shown}
    </button>
  );
}
