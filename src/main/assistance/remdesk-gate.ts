import {
  RemdeskNovice,
  type RemdeskNoviceConfig,
  type RemdeskNoviceOutput,
  type RemdeskRefusal,
} from '../../protocol/assistance/remdesk-novice.ts';
import { RemdeskChannel, type RemdeskGarbled, type RemdeskSend } from '../../protocol/assistance/remdesk-channel.ts';
import type { Channel } from '../../protocol/rdp/channels/contract.ts';
import type { Size } from '../../protocol/rdp/geometry.ts';
import type { Clock } from '../clock.ts';
import type { NoviceLink, NoviceLinkEvent } from '../connection/contract.ts';

export type LinkActive = Extract<NoviceLinkEvent, { tag: 'active' }>;

/** Where only a capture knows the size of the screen: the picture then comes with a resize. FreeRDP does not take less than this well. */
const MADE_UP_DESKTOP: Size = { width: 800, height: 600 };
/** From the session id to the password; programs have it ready by then. */
const REMDESK_DEADLINE_MS = 30_000;

export interface RemdeskGateParts {
  readonly link: NoviceLink;
  /** Further channels of the link, which are not started before the yes. */
  readonly channels: readonly Channel[];
  readonly clock: Clock;
  readonly remdesk: RemdeskNoviceConfig;
  /** The size of the novice's screen, where it can be told without a capture. */
  readonly desktopSize: () => Promise<Size | undefined>;
  /** An expert without `remdesk` may pass, without a password. */
  readonly allowPlain: () => boolean;
  /** At most once: the expert has proved the password; the novice is to be asked. `active` is the connection as it stands. */
  /** `byPassword`: not where an expert without `remdesk` was let in without one. */
  readonly verified: (expertName: string, active: LinkActive, byPassword: boolean) => void;
  /** Not verified: the connection is closing. */
  readonly refused: (why: RemdeskRefusal | 'noRemdesk' | 'gone') => void;
}

/**
 * Stands between an invitation file and the novice ([MS-RA]): the RDP session has to be active for `remdesk` to run, so the expert is let
 * into a blank desktop, hears no graphics and moves nothing, until the password is right. The desktop has the size of the real one, because not
 * every program follows a resize: rdesktop goes on showing the upper left part.
 */
export class RemdeskGate {
  private readonly parts: RemdeskGateParts;
  private readonly machine: RemdeskNovice;
  private readonly channel: RemdeskChannel<RemdeskNoviceOutput>;
  private readonly cancelDeadline: () => void;
  private active: LinkActive | undefined;
  /** Who has proved the password. */
  private proved: string | undefined;
  private settled = false;

  constructor(parts: RemdeskGateParts) {
    this.parts = parts;
    this.machine = new RemdeskNovice(parts.remdesk);
    this.channel = new RemdeskChannel(this.machine, (fact) => this.onFact(fact));
    this.cancelDeadline = parts.clock.after(REMDESK_DEADLINE_MS, () => this.refuse('gone', 'timeout'));
    parts.link.onEvent((event) => this.onLink(event));
    void this.admit();
  }

  /** The connection as it stands now. */
  get newestActive(): LinkActive | undefined {
    return this.active;
  }

  /** The novice's yes or no, told where the version has a word for it. A no closes the connection. */
  answer(allowed: boolean): void {
    this.channel.say(this.machine.answer(allowed));
    if (!allowed) void this.parts.link.close('denied');
  }

  /** The invitation is no longer good. */
  expire(): void {
    if (this.settled) return;
    if (this.active === undefined) this.refuse('expired', 'denied');
    else this.channel.say(this.machine.expire());
  }

  private async admit(): Promise<void> {
    const size = await this.parts.desktopSize().catch(() => undefined);
    if (!this.settled) this.parts.link.admit(size ?? MADE_UP_DESKTOP, [this.channel, ...this.parts.channels]);
  }

  private onLink(event: NoviceLinkEvent): void {
    if (event.tag === 'ended') this.refuse('gone', 'denied');
    else if (event.tag === 'active') {
      const isFirst = this.active === undefined;
      this.active = event;
      if (isFirst) this.onActive(event);
    }
  }

  private onActive(active: LinkActive): void {
    // Channels start before the link says that it is active, and may have come to an end of what they say by then.
    if (this.proved !== undefined) this.verify(this.proved, active, true);
    if (this.channel.isOpen) return;
    if (this.parts.allowPlain()) this.verify('', active, false);
    else this.refuse('noRemdesk', 'denied');
  }

  private onFact(fact: Exclude<RemdeskNoviceOutput, RemdeskSend> | RemdeskGarbled): void {
    switch (fact.tag) {
      case 'garbled':
        // Bytes that make no sense prove no password.
        this.refuse('outOfOrder', 'protocolError');
        return;
      case 'verified':
        this.proved = fact.expertName;
        if (this.active !== undefined) this.verify(fact.expertName, this.active, true);
        return;
      case 'refused':
        this.refuse(fact.why, 'denied');
        void this.parts.link.close('denied');
        return;
      case 'disconnected':
        this.refuse('gone', 'userRequested');
        void this.parts.link.close('userRequested');
    }
  }

  private verify(expertName: string, active: LinkActive, byPassword: boolean): void {
    if (this.settled) return;
    this.settle();
    this.parts.verified(expertName, active, byPassword);
  }

  private refuse(why: RemdeskRefusal | 'noRemdesk' | 'gone', reason: Parameters<NoviceLink['close']>[0]): void {
    if (this.settled) return;
    this.settle();
    void this.parts.link.close(reason);
    this.parts.refused(why);
  }

  private settle(): void {
    this.settled = true;
    this.cancelDeadline();
  }
}
