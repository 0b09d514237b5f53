/* What a way's other side says, and what a proxy answers. */
import { utf8Decode, utf8Encode } from '../../../src/protocol/bytes/text.ts';
import { socksMethodLength, socksReplyLength } from '../../../src/protocol/relay/socks5.ts';
import { readRelayWord, writeRelayWord } from '../../../src/protocol/relay/words.ts';
import { FurtherMessages } from '../../../src/protocol/trust/further.ts';
import { FrameOpener, FrameSealer } from '../../../src/protocol/trust/sealed.ts';
import { BrokenRule, decoding, type Target } from '../rules.ts';

const NAME = '0123456789abcdef0123456789abcdef01234567';
const [ONE, OTHER] = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

/** One of two that have agreed on keys. */
function agreed(send: Uint8Array, receive: Uint8Array): FurtherMessages {
  const messages = new FurtherMessages();
  messages.begin({ send: new FrameSealer(send), receive: new FrameOpener(receive) });
  return messages;
}

/** Never claims more than there is. */
const lengthWithin = (lengthOf: (bytes: Uint8Array) => number | undefined) => (input: Uint8Array) => {
  const length = lengthOf(input);
  if (length !== undefined && length > input.length) throw new BrokenRule(`${length} of ${input.length} bytes`);
};

export const RELAY_TARGETS: readonly Target[] = [
  {
    name: 'relay-word',
    seeds: () =>
      [`at proxy.example:7777 ${NAME}`, `at [2001:db8::1]:7 ${NAME}`, `here ${NAME}`, `open ${NAME}`, 'yours', 'none'].map(utf8Encode),
    check: decoding(
      (input) => readRelayWord(utf8Decode(input)),
      (word) => utf8Encode(writeRelayWord(word)),
    ),
  },
  { name: 'socks-method', seeds: () => [Uint8Array.of(5, 0)], check: lengthWithin(socksMethodLength) },
  {
    name: 'socks-reply',
    seeds: () => [Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 7), Uint8Array.of(5, 0, 0, 3, 2, 97, 98, 0, 7)],
    check: lengthWithin(socksReplyLength),
  },
  {
    name: 'further-message',
    seeds: () => [utf8Encode(agreed(OTHER, ONE).seal('signal ice offer'))],
    check: (input) => {
      const { texts } = agreed(ONE, ONE).open(utf8Decode(input));
      if (texts.length > 0) throw new BrokenRule('opened without the key');
    },
  },
];
