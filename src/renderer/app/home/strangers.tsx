import { UserRoundX } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { StrangerView } from '../../../preload/contract.ts';
import { peerKey } from '../../../protocol/applications/peer.ts';
import { Button, ProblemLine } from '../design/controls.tsx';
import { problemText, type ActionState } from '../problem.ts';

export interface StrangersProps extends ActionState {
  readonly strangers: readonly StrangerView[];
  readonly onLook: (stranger: StrangerView) => void;
  readonly onDecline: (stranger: StrangerView) => void;
  readonly onBlock: (stranger: StrangerView) => void;
  readonly onAdd: (stranger: StrangerView) => void;
}

/** Who is not on the list and wants something: a quiet line each, without sound, and nothing of theirs before the person looks. */
export function Strangers({ strangers, pending, problem, onLook, onDecline, onBlock, onAdd }: StrangersProps) {
  return (
    <div className="stack appearing" aria-live="polite">
      <ProblemLine text={problemText(problem)} />
      {strangers.map((stranger) => (
        <section className="card stack" key={peerKey(stranger)} aria-label={whoText(stranger)}>
          <div className="row row--top">
            <UserRoundX size={22} aria-hidden />
            <div className="grow break">
              <p>
                <strong>{whoText(stranger)}</strong>
              </p>
              {stranger.mixed && <p>{t('stranger.mixed')}</p>}
              {stranger.wishes.map((wish) => (
                <p className="soft" key={wish}>
                  {t(`stranger.wish.${wish}`)}
                </p>
              ))}
              {stranger.texts.map((text, at) => (
                <blockquote className="soft" key={`${at} ${text}`}>
                  {text}
                </blockquote>
              ))}
            </div>
          </div>
          <div className="row" role="group" aria-label={t('stranger.buttons', { address: stranger.address })}>
            {stranger.looked ? (
              <Button disabled={pending} onClick={() => onAdd(stranger)}>
                {t('stranger.add')}
              </Button>
            ) : (
              <Button disabled={pending} onClick={() => onLook(stranger)}>
                {t('stranger.look')}
              </Button>
            )}
            <Button disabled={pending} onClick={() => onDecline(stranger)}>
              {t('stranger.decline')}
            </Button>
            <Button disabled={pending} onClick={() => onBlock(stranger)}>
              {t('stranger.block')}
            </Button>
          </div>
        </section>
      ))}
    </div>
  );
}

function whoText({ address, claim: name, like: contact }: StrangerView): string {
  if (contact !== undefined)
    return name === '' ? t('stranger.likeUnnamed', { address, contact }) : t('stranger.like', { address, name, contact });
  return name === '' ? t('stranger.unnamed', { address }) : t('stranger.named', { address, name });
}
