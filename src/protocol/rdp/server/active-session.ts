import type { Rect, Size } from '../geometry.ts';
import type { InputEvent } from '../input/events.ts';
import { decodeFrameAcknowledge } from '../pdu/frame-acknowledge.ts';
import { DISCONNECT_REASON, encodeDomainPdu } from '../pdu/mcs-domain.ts';
import { decodeRefreshRect } from '../pdu/refresh-rect.ts';
import { PDU_TYPE_2, type ShareData } from '../pdu/share-data.ts';
import { decodeSlowPathInput } from '../pdu/slow-path-input.ts';
import { decodeSuppressOutput } from '../pdu/suppress-output.ts';
import { encodeX224Data } from '../pdu/x224.ts';
import type { RdpServerOutput } from './contract.ts';
import type { Admitted } from './server-state.ts';

/**
 * What an active client sends ([MS-RDPBCGR] 1.3.1.2). Also while the session is being reactivated: then these PDUs were on their way,
 * and a key that went up must not stay down. Types that mean nothing to us (cache errors, keyboard status) are passed over.
 */
export function receiveActiveData(state: Admitted, data: ShareData): RdpServerOutput[] {
  switch (data.pduType2) {
    case PDU_TYPE_2.input:
      return inputOutputs(decodeSlowPathInput(data.body), state.desktop);
    case PDU_TYPE_2.refreshRect: {
      const areas = decodeRefreshRect(data.body).flatMap((area) => clipped(area, state.desktop));
      return areas.length === 0 ? [] : [{ tag: 'refresh', areas }];
    }
    case PDU_TYPE_2.suppressOutput:
      return [{ tag: 'display', wanted: decodeSuppressOutput(data.body) }];
    case PDU_TYPE_2.frameAcknowledge:
      return [{ tag: 'frameAcknowledged', frameId: decodeFrameAcknowledge(data.body) }];
    case PDU_TYPE_2.shutdownRequest:
      // A person at the client wants to leave. Shutdown Denied is for a logged-on user whose session would end with the connection: not here.
      return [ultimatum(DISCONNECT_REASON.userRequested), { tag: 'closed', reason: 'peerDisconnected' }];
    default:
      return [];
  }
}

/** `input` with every position inside the desktop; nothing for no events. */
export function inputOutputs(events: readonly InputEvent[], desktop: Size): RdpServerOutput[] {
  return events.length === 0 ? [] : [{ tag: 'input', events: events.map((event) => inside(event, desktop)) }];
}

function inside(event: InputEvent, desktop: Size): InputEvent {
  if (!('x' in event)) return event;
  const { x, y } = clamped(event, desktop);
  return { ...event, x, y };
}

/** MCS Disconnect Provider Ultimatum (2.2.2.3), whole. */
export function ultimatum(reason: number): RdpServerOutput {
  return { tag: 'send', bytes: encodeX224Data(encodeDomainPdu({ tag: 'disconnectProviderUltimatum', reason })) };
}

/** A position inside the desktop. */
export function clamped(at: { readonly x: number; readonly y: number }, desktop: Size): { readonly x: number; readonly y: number } {
  return { x: Math.max(0, Math.min(desktop.width - 1, Math.round(at.x))), y: Math.max(0, Math.min(desktop.height - 1, Math.round(at.y))) };
}

function clipped(area: Rect, desktop: Size): Rect[] {
  const right = Math.min(desktop.width, area.x + area.width);
  const bottom = Math.min(desktop.height, area.y + area.height);
  const x = Math.max(0, area.x);
  const y = Math.max(0, area.y);
  return right > x && bottom > y ? [{ x, y, width: right - x, height: bottom - y }] : [];
}
