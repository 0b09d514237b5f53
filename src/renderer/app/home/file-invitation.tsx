import type { FileInvitation } from '../../../facts/invitations.ts';
import { FileKey, FolderOpen } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import { t } from '../../../words/words.ts';
import type { AppState, OfferedInvitationView, SavedInvitationView } from '../../../preload/contract.ts';
import { useNow } from '../clock.tsx';
import { Banner, Button, ConfirmButton, Field, ProblemLine } from '../design/controls.tsx';
import { minutesUntil } from '../figures.ts';
import { problemText, type ActionState } from '../problem.ts';
import { useBroughtIntoView } from './brought-into-view.ts';
import './file-invitation.css';

/** Splits a password into groups of four, as numbers are read out on the phone. */
const inGroups = (password: string): readonly string[] => password.match(/.{1,4}/g) ?? [];

export interface FileInvitationProps extends ActionState {
  readonly app: AppState;
  readonly saved: SavedInvitationView | undefined;
  readonly onSave: (type: 1 | 2) => void;
  readonly onRemove: () => void;
  readonly onOpen: () => void;
  readonly onUse: (password: string) => void;
  readonly onPutAway: () => void;
}

/** The open invitations by file: the novice's, which waits for the other person, and the one that an expert has opened. */
export function FileInvitations(props: FileInvitationProps) {
  const { fileInvitation, offeredInvitation } = props.app;
  return (
    <>
      {offeredInvitation !== undefined && <Offered key={offeredInvitation.fileName} offered={offeredInvitation} {...props} />}
      {fileInvitation !== undefined && <Saved invitation={fileInvitation} {...props} />}
    </>
  );
}

/** A novice's saved invitation: the password to tell, and its state. */
function Saved({ invitation, saved, pending, problem, onRemove }: FileInvitationProps & { readonly invitation: FileInvitation }) {
  const title = useId();
  const card = useBroughtIntoView();
  const waiting = invitation.state === 'waiting';
  return (
    <section ref={card} className="card stack" aria-labelledby={title}>
      <div role="status">
        <h2 id={title}>{t(`file.state.${invitation.state}`)}</h2>
      </div>
      {waiting && saved !== undefined && (
        <>
          <p>{t('file.tell', { file: saved.fileName })}</p>
          <p className="saved__password" aria-label={t('file.password')}>
            {inGroups(saved.password).map((group, index) => (
              <span key={index}>{group}</span>
            ))}
          </p>
          <p className="soft">{t('file.tellHow')}</p>
          <p className="soft">{t('file.once')}</p>
        </>
      )}
      {waiting && saved === undefined && <p>{t('file.passwordGone')}</p>}
      {waiting && <GoodUntil atMs={invitation.expiresAtMs} />}
      {waiting && invitation.wrongPasswords > 0 && (
        <Banner kind="warning">{t('file.wrongPasswords', { count: invitation.wrongPasswords })}</Banner>
      )}
      {!waiting && <p className="soft">{t(`file.state.${invitation.state}.next`)}</p>}
      <ProblemLine text={problemText(problem)} />
      <div>
        {waiting ? (
          <ConfirmButton question={t('file.cancelQuestion')} confirm={t('file.cancel')} onConfirm={onRemove}>
            {t('file.cancel')}
          </ConfirmButton>
        ) : (
          <Button busy={pending} onClick={onRemove}>
            {t('common.close')}
          </Button>
        )}
      </div>
    </section>
  );
}

function GoodUntil({ atMs }: { readonly atMs: number }) {
  const minutes = minutesUntil(atMs, useNow('minute'));
  return <p>{minutes === 0 ? t('file.untilSoon') : t('file.until', { count: minutes })}</p>;
}

/** An opened invitation: who asks, and the field for the password they say on the phone. */
function Offered({ app, offered, pending, problem, onUse, onPutAway }: FileInvitationProps & { readonly offered: OfferedInvitationView }) {
  const title = useId();
  const card = useBroughtIntoView();
  const [password, setPassword] = useState('');
  const allowed = app.settings.allowUnverified;
  function submit(event: FormEvent): void {
    event.preventDefault();
    onUse(password);
  }
  return (
    <section ref={card} className="card stack" aria-labelledby={title}>
      <h2 id={title} className="break">
        {offered.from === '' || !offered.bound
          ? t('file.offeredUnnamed', { file: offered.fileName })
          : t('file.offered', { name: offered.from })}
      </h2>
      {!offered.bound && (
        <Banner kind="warning">
          <p>{t('file.anyone')}</p>
          {offered.from !== '' && <p>{t('file.anyoneClaims', { name: offered.from })}</p>}
          {!allowed && <p>{t('file.anyoneRefused')}</p>}
        </Banner>
      )}
      {offered.past && <Banner kind="warning">{t('file.past')}</Banner>}
      <form className="stack" onSubmit={submit}>
        {/* Shown while it is typed: it is heard on the phone, good for one session, and a slip is seen at once. Asked for whatever the file says. */}
        <div className="offered__password">
          <Field
            label={t(offered.needsPassword ? 'file.passwordField' : 'file.passwordIfTold')}
            hint={t(offered.needsPassword ? 'file.passwordHint' : 'file.passwordIfToldHint')}
            error={problemText(problem)}
            value={password}
            onValue={setPassword}
            required={offered.needsPassword}
            maxLength={128}
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus
          />
        </div>
        <div className="row">
          <Button type="submit" look="primary" busy={pending} disabled={!offered.bound && !allowed}>
            {t('file.connect')}
          </Button>
          <Button onClick={onPutAway}>{t('common.cancel')}</Button>
        </div>
      </form>
    </section>
  );
}

/** Saving and opening invitation files, which need no messenger. */
export function FileWays({
  app,
  pending,
  problem,
  onSave,
  onOpen,
}: Pick<FileInvitationProps, 'app' | 'pending' | 'problem' | 'onSave' | 'onOpen'>) {
  const title = useId();
  const busy = app.fileInvitation?.state === 'waiting';
  return (
    <section className="card stack" aria-labelledby={title}>
      <h2 id={title}>{t('file.title')}</h2>
      <p className="soft">{t('file.lead')}</p>
      <div className="row">
        <Button busy={pending} disabled={busy || !app.desktop.capture} onClick={() => onSave(2)}>
          <FileKey size={20} aria-hidden />
          {t('file.save')}
        </Button>
        <Button busy={pending} onClick={onOpen}>
          <FolderOpen size={20} aria-hidden />
          {t('file.open')}
        </Button>
      </div>
      <p className="soft small">{t('file.drop')}</p>
      <details className="fold">
        <summary>{t('file.old')}</summary>
        <div className="stack">
          <p className="soft">{t('file.oldHint')}</p>
          <div>
            <Button busy={pending} disabled={busy || !app.desktop.capture} onClick={() => onSave(1)}>
              {t('file.saveOld')}
            </Button>
          </div>
        </div>
      </details>
      {app.offeredInvitation === undefined && app.fileInvitation === undefined && <ProblemLine text={problemText(problem)} />}
    </section>
  );
}
