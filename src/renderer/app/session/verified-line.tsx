import { ShieldAlert, ShieldCheck } from 'lucide-react';
import { t } from '../../../words/words.ts';
import type { SessionPeer } from '../../../protocol/assistance/status.ts';
import { displayName } from '../selectors.ts';
import './code-dialogue.css';

/** How it is known who the other side is; loud where it is not. Nothing where nothing has looked yet. */
export function VerifiedLine({ peer, quietly = false }: { readonly peer: SessionPeer; readonly quietly?: boolean }) {
  const text = verifiedText(peer);
  if (peer.verification?.tag === 'unverified')
    return (
      <span className="unverified break">
        <ShieldAlert size={20} aria-hidden />
        <span>{text}</span>
      </span>
    );
  if (text === undefined || quietly) return null;
  return (
    <span className="soft break row">
      <ShieldCheck size={20} aria-hidden />
      <span>{text}</span>
    </span>
  );
}

/** One sentence; undefined where nothing has looked. */
export function verifiedText(peer: SessionPeer): string | undefined {
  const name = displayName(peer);
  const { verification } = peer;
  switch (verification?.tag) {
    case 'met':
      return t('verified.met', { name, count: verification.meetings });
    case 'code':
      return t('verified.code');
    case 'password':
      return t('verified.password');
    case 'unverified':
      return t('verified.unverified');
    default:
      return undefined;
  }
}
