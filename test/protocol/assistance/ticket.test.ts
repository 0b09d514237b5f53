import { describe, expect, test } from 'vitest';
import { ProtocolError } from '../../../src/protocol/bytes/errors.ts';
import type { SeenTickets } from '../../../src/protocol/assistance/ticket.ts';
import {
  MAX_SEEN_TICKETS,
  checkTicketUse,
  formatExpertTicket,
  formatNoviceTicket,
  formatSealedNoviceTicket,
  isReplay,
  parseExpertTicket,
  parseNoviceTicket,
  parseSealedNoviceTicket,
  rememberTicket,
} from '../../../src/protocol/assistance/ticket.ts';

const bytes = (fill: number, length = 32): Uint8Array => new Uint8Array(length).fill(fill);
const addresses = [{ host: '10.0.0.1', port: 5_000 }];
const expectCode = (run: () => unknown, code: string): void => {
  expect(run).toThrow(ProtocolError);
  expect(run).toThrow(code);
};

describe('tickets', () => {
  test('expert ticket there and back', () => {
    const text = formatExpertTicket({ addresses, id: bytes(1) });
    expect(text).toBe('65538,1,10.0.0.1:5000,*,AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=,*,*,*');
    expect(parseExpertTicket(text)).toEqual({ addresses, id: bytes(1) });
  });

  test('novice ticket there and back', () => {
    const ticket = { addresses, sessionId: bytes(2), pin: bytes(3) };
    const text = formatNoviceTicket(ticket);
    expect(text.length).toBeLessThanOrEqual(88 + 44 + 16);
    expect(parseNoviceTicket(text)).toEqual(ticket);
  });

  test('who can be reached through others only has tickets without an address, between two that seal them', () => {
    const sealed = formatSealedNoviceTicket({ addresses: [], pin: bytes(3) });
    expect(parseSealedNoviceTicket(sealed, bytes(2))).toEqual({ addresses: [], sessionId: bytes(2), pin: bytes(3) });
    expect(parseExpertTicket(formatExpertTicket({ addresses: [], id: bytes(1) })).addresses).toEqual([]);
    expectCode(() => formatNoviceTicket({ addresses: [], sessionId: bytes(2), pin: bytes(3) }), 'OUT_OF_RANGE');
  });

  test('one is not the other', () => {
    expectCode(() => parseNoviceTicket(formatExpertTicket({ addresses, id: bytes(1) })), 'MALFORMED');
    expectCode(() => parseExpertTicket(formatNoviceTicket({ addresses, sessionId: bytes(2), pin: bytes(3) })), 'UNEXPECTED');
  });

  test('an id or pin of another length is refused', () => {
    expectCode(() => parseExpertTicket(formatExpertTicket({ addresses, id: bytes(1, 31) })), 'OUT_OF_RANGE');
    expectCode(() => parseNoviceTicket(formatNoviceTicket({ addresses, sessionId: bytes(2), pin: bytes(3, 20) })), 'OUT_OF_RANGE');
  });

  test('expired and replayed', () => {
    expectCode(() => checkTicketUse(bytes(1), [], 1_001, 1_000), 'expired');
    checkTicketUse(bytes(1), [], 1_000, 1_000);
    const seen = rememberTicket([], bytes(1));
    expectCode(() => checkTicketUse(bytes(1), seen, 0, 1_000), 'replayed');
    checkTicketUse(bytes(2), seen, 0, 1_000);
  });

  test('the memory is bounded and forgets the oldest', () => {
    let seen: SeenTickets = [];
    for (let n = 0; n <= MAX_SEEN_TICKETS; n += 1) seen = rememberTicket(seen, Uint8Array.of(n & 0xff, n >> 8));
    expect(seen).toHaveLength(MAX_SEEN_TICKETS);
    expect(isReplay(seen, Uint8Array.of(0, 0))).toBe(false);
    expect(isReplay(seen, Uint8Array.of(1, 0))).toBe(true);
    expect(rememberTicket(seen, Uint8Array.of(1, 0))).toBe(seen);
  });
});
