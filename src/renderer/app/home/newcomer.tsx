import { UserRoundPlus } from 'lucide-react';
import { useId } from 'react';
import { t } from '../../../words/words.ts';
import type { NewcomerView } from '../../../preload/contract.ts';
import { useNow } from '../clock.tsx';
import { Banner, Button, CopyButton, ProblemLine } from '../design/controls.tsx';
import { minutesUntil } from '../figures.ts';
import { problemText, type ActionState } from '../problem.ts';
import { useBroughtIntoView } from './brought-into-view.ts';
import './newcomer.css';

export interface NewcomerProps extends ActionState {
  readonly newcomer: NewcomerView | undefined;
  /** Undefined while somebody else is being helped. */
  readonly onBegin: (() => void) | undefined;
  readonly onPutAway: () => void;
  readonly onCopy: (text: string) => Promise<{ readonly ok: boolean }>;
}

/** Splits a code into groups of four, as it is read out on the phone. */
const inGroups = (code: string): readonly string[] => code.match(/.{1,4}/g) ?? [];

/** "Help somebody new": the button, or what to send and to read out. */
export function Newcomer({ newcomer, ...props }: NewcomerProps) {
  // A guest who has the code stands above, as every invitation does.
  if (newcomer?.state === 'claimed') return null;
  if (newcomer === undefined || newcomer.state === 'used') return <Begin {...props} />;
  return newcomer.state === 'open' ? <Open newcomer={newcomer} {...props} /> : <Over state={newcomer.state} {...props} />;
}

function Begin({ pending, problem, onBegin }: Omit<NewcomerProps, 'newcomer'>) {
  return (
    <section className="card stack" aria-label={t('newcomer.begin')}>
      <div className="row">
        <Button busy={pending} disabled={onBegin === undefined} onClick={onBegin}>
          <UserRoundPlus size={22} aria-hidden />
          {pending ? t('newcomer.looking') : t('newcomer.begin')}
        </Button>
        <span className="soft grow">{t('newcomer.beginHint')}</span>
      </div>
      <ProblemLine text={problemText(problem)} />
    </section>
  );
}

function Open({ newcomer, problem, onPutAway, onCopy }: Omit<NewcomerProps, 'newcomer'> & { readonly newcomer: NewcomerView }) {
  const title = useId();
  const card = useBroughtIntoView();
  const { address, authority, code, link, server, wrong } = newcomer;
  const shown = inGroups(code).join(' ');
  const message =
    address === undefined
      ? t('newcomer.messageLink', { link })
      : server === undefined
        ? t('newcomer.message', { link, address, guestCode: shown })
        : t('newcomer.messageServer', { link, address, guestCode: shown, server });
  return (
    <section ref={card} className="card stack" aria-labelledby={title}>
      <h2 id={title}>{t('newcomer.state.open')}</h2>
      <p>{t(address === undefined ? 'newcomer.leadLink' : 'newcomer.lead')}</p>
      <div className="row">
        <CopyButton look="primary" label={t('newcomer.copyMessage')} onCopy={() => onCopy(message)} />
        <CopyButton label={t('newcomer.copyLink')} onCopy={() => onCopy(link)} />
      </div>
      {address !== undefined && (
        <dl className="newcomer">
          <div>
            <dt>{t('newcomer.address')}</dt>
            <dd className="newcomer__address break">{address}</dd>
          </div>
          <div>
            <dt>{t('newcomer.code')}</dt>
            <dd className="newcomer__code">
              {inGroups(code).map((group, index) => (
                <span key={index}>{group}</span>
              ))}
            </dd>
          </div>
          {server !== undefined && (
            <div>
              <dt>{t('newcomer.server')}</dt>
              <dd className="break">{server}</dd>
            </div>
          )}
        </dl>
      )}
      {address !== undefined && server !== undefined && <p className="soft">{t('newcomer.serverHint')}</p>}
      {authority !== undefined && <p className="break">{t('newcomer.authority', { file: authority })}</p>}
      <GoodUntil atMs={newcomer.expiresAtMs} />
      {wrong > 0 && <Banner kind="warning">{t('newcomer.wrong', { count: wrong })}</Banner>}
      <ProblemLine text={problemText(problem)} />
      <div>
        <Button onClick={onPutAway}>{t('newcomer.takeBack')}</Button>
      </div>
    </section>
  );
}

function GoodUntil({ atMs }: { readonly atMs: number }) {
  const minutes = minutesUntil(atMs, useNow('minute'));
  return <p className="soft">{minutes === 0 ? t('newcomer.untilSoon') : t('newcomer.until', { count: minutes })}</p>;
}

function Over({ state, pending, problem, onBegin, onPutAway }: Omit<NewcomerProps, 'newcomer'> & { readonly state: 'expired' | 'burnt' }) {
  const title = useId();
  return (
    <section className="card stack" aria-labelledby={title}>
      <div role="status">
        <h2 id={title}>{t(`newcomer.state.${state}`)}</h2>
      </div>
      <p className="soft">{t(state === 'burnt' ? 'newcomer.burntNext' : 'newcomer.expiredNext')}</p>
      <ProblemLine text={problemText(problem)} />
      <div className="row">
        <Button look="primary" busy={pending} disabled={onBegin === undefined} onClick={onBegin}>
          {t('newcomer.again')}
        </Button>
        <Button onClick={onPutAway}>{t('common.close')}</Button>
      </div>
    </section>
  );
}
