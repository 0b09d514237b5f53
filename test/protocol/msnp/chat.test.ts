import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { CHAT_TEXT_LIMIT, readChat, writeChatText, writeTyping } from '../../../src/protocol/msnp/chat.ts';

describe('chat messages', () => {
  it('are written in these words', () => {
    expect(utf8Decode(writeChatText('two\nlines ü'))).toBe(
      'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\ntwo\r\nlines ü',
    );
    expect(utf8Decode(writeTyping('ann@home'))).toBe(
      'MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: ann@home\r\n\r\n\r\n',
    );
  });

  it.each([
    [
      'MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: FN=Arial; EF=; CO=0\r\n\r\nhow are you',
      { tag: 'text', text: 'how are you' },
    ],
    ['content-type: TEXT/PLAIN\n\none\n\ntwo\r\n', { tag: 'text', text: 'one\n\ntwo' }],
    ['Content-Type: text/plain\r\n\r\nbell\u0007 and\ttab', { tag: 'text', text: 'bell  and tab' }],
    ['Content-Type: text/plain\r\n\r\n \r\n', undefined],
    ['MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: bob@home\r\n\r\n\r\n', { tag: 'typing' }],
    ['MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nRecordingUser: bob@home\r\n\r\n\r\n', undefined],
    ['MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\nInvitation-Command: INVITE\r\n', undefined],
    ['Content-Type: text/plainer\r\n\r\nx', undefined],
    ['', undefined],
  ])('are read from %j', (payload, chat) => {
    expect(readChat(utf8Encode(payload))).toEqual(chat);
  });

  it('come back as they were, and never longer than a message may be', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), (text) => {
        const plain = text.replaceAll(/\r\n?/g, '\n').trimEnd();
        fc.pre(plain !== '' && utf8Encode(plain).length <= CHAT_TEXT_LIMIT);
        const payload = writeChatText(text);
        expect(payload.length).toBeLessThanOrEqual(1664);
        expect(readChat(payload)).toEqual({ tag: 'text', text: plain });
      }),
    );
    expect(() => writeChatText('x'.repeat(CHAT_TEXT_LIMIT + 1))).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(writeChatText('\n'.repeat(699) + 'x').length).toBeLessThanOrEqual(1664);
    expect(() => writeChatText(' \n')).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  });
});
