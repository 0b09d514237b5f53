import { ArrowLeft, LifeBuoy, SendHorizontal } from 'lucide-react';
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { timeOfDay } from '../../../words/locale.ts';
import { t } from '../../../words/words.ts';
import type { ChatLineView, ContactView, ConversationView } from '../../../preload/contract.ts';
import { Avatar, Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type Problem } from '../problem.ts';
import { displayName, presenceText } from '../selectors.ts';
import './conversation.css';

/** Characters of one message: 400 of up to three UTF-8 bytes fit into its 1,400 bytes. */
const TEXT_LIMIT = 400;
/** Interval of typing notices; the other side shows each a little longer. */
const TYPING_EVERY_MS = 4_000;

export interface ConversationProps {
  readonly contact: ContactView;
  readonly conversation: ConversationView | undefined;
  readonly canAsk: boolean;
  readonly askPending: boolean;
  readonly problem: Problem | undefined;
  readonly onSend: (text: string) => void;
  readonly onTyping: () => void;
  readonly onRead: () => void;
  readonly onAsk: () => void;
  readonly onBack: () => void;
}

/** The conversation with one contact and the field for the next message. */
export function Conversation({
  contact,
  conversation,
  canAsk,
  askPending,
  problem,
  onSend,
  onTyping,
  onRead,
  onAsk,
  onBack,
}: ConversationProps) {
  const name = displayName(contact);
  const here = contact.presence !== 'offline';
  const unread = conversation?.unread ?? 0;
  const count = conversation?.lines.length ?? 0;
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (unread > 0) onRead();
  }, [unread, onRead]);
  const shown = useRef('');
  useEffect(() => {
    // Scrolls to the end for a new line only, so that a person who has scrolled back is left alone.
    const now = `${count} ${conversation?.lines.at(-1)?.id ?? ''} ${String(conversation?.typing)}`;
    if (shown.current === now) return;
    shown.current = now;
    end.current?.scrollIntoView({ block: 'nearest' });
  });
  return (
    <section className="card conversation" aria-labelledby="conversation-title">
      <div className="conversation__head">
        <Button look="back" onClick={onBack}>
          <ArrowLeft size={20} aria-hidden />
          {t('common.back')}
        </Button>
        <Avatar name={name} presence={contact.presence} />
        <span className="person__words">
          <h1 id="conversation-title" className="conversation__name">
            {name}
          </h1>
          <span className="person__more">{presenceText(contact)}</span>
        </span>
        <Button look="primary" busy={askPending} disabled={!canAsk || !here} onClick={onAsk}>
          <LifeBuoy size={22} aria-hidden />
          {t('contacts.askShort')}
        </Button>
      </div>
      <div className="conversation__lines" role="log" aria-label={t('chat.log', { name })} tabIndex={0}>
        {count === 0 && <p className="soft conversation__empty">{t('chat.empty', { name })}</p>}
        {conversation?.lines.map((line) => (
          <Line key={line.id} line={line} name={name} />
        ))}
        {conversation?.typing === true && <p className="conversation__typing">{t('chat.typing', { name })}</p>}
        <div ref={end} />
      </div>
      <ProblemLine text={problemText(problem)} />
      {here ? <Words name={name} onSend={onSend} onTyping={onTyping} /> : <p className="soft">{t('chat.offline', { name })}</p>}
    </section>
  );
}

function Line({ line, name }: { readonly line: ChatLineView; readonly name: string }) {
  const mine = line.from === 'me';
  return (
    <div className={`line ${mine ? 'line--mine' : ''}`}>
      <span className="visually-hidden">{mine ? t('chat.you') : t('chat.them', { name })}</span>
      <p className="line__text">{line.text}</p>
      <span className="line__more">
        {line.delivery === 'failed' ? (
          <span className="line__failed">{t('chat.failed')}</span>
        ) : line.delivery === 'sending' ? (
          t('chat.sending')
        ) : (
          <time dateTime={new Date(line.atMs).toISOString()}>{timeOfDay(line.atMs)}</time>
        )}
      </span>
    </div>
  );
}

/** Enter sends, Shift and Enter begins a new line. */
function Words({
  name,
  onSend,
  onTyping,
}: {
  readonly name: string;
  readonly onSend: (text: string) => void;
  readonly onTyping: () => void;
}) {
  const [text, setText] = useState('');
  const toldAtMs = useRef(0);
  const send = () => {
    if (text.trim() === '') return;
    onSend(text.trim());
    setText('');
    toldAtMs.current = 0;
  };
  const change = (value: string) => {
    setText(value);
    const now = Date.now();
    if (value.trim() === '' || now - toldAtMs.current < TYPING_EVERY_MS) return;
    toldAtMs.current = now;
    onTyping();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  return (
    <form className="conversation__words" onSubmit={submit}>
      <textarea
        className="input conversation__input"
        rows={2}
        maxLength={TEXT_LIMIT}
        aria-label={t('chat.write', { name })}
        placeholder={t('chat.write', { name })}
        value={text}
        autoFocus
        onChange={(event) => change(event.target.value)}
        onKeyDown={press}
      />
      <Button type="submit" disabled={text.trim() === ''}>
        <SendHorizontal size={22} aria-hidden />
        {t('chat.send')}
      </Button>
    </form>
  );
}
