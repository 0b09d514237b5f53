import { describe, expect, it } from 'vitest';
import { ContactList } from '../../../src/protocol/xmpp/contact-list.ts';

const listOf = (): ContactList => new ContactList({ own: 'nora@home', nick: () => 'Nora', welcomes: () => false });
const asks = (from: string, nick: string) => ({ tag: 'subscribe', from, nick, token: undefined }) as const;

describe('a stranger who asks to be on the list', () => {
  it('has a name while they wait, and leaves nothing behind', () => {
    const list = listOf();
    const endings: readonly ((address: string) => void)[] = [
      (address) => void list.heard({ tag: 'unsubscribe', from: address, nick: undefined, token: undefined }),
      (address) => list.answered(address),
      (address) => list.block(address),
    ];
    for (const [index, end] of endings.entries()) {
      const address = `eve${index}@home`;
      list.heard(asks(address, 'Grandson'));
      expect(list.nameOf(address)).toBe('Grandson');
      end(address);
      expect([list.isWaiting(address), list.nameOf(address)]).toEqual([false, `eve${index}`]);
    }
  });

  it('keeps their name once they are on it', () => {
    const list = listOf();
    list.heard(asks('erik@home', 'Erik'));
    list.pushed([{ address: 'erik@home', name: undefined, subscription: 'none', asked: true }]);
    list.answered('erik@home');
    expect(list.nameOf('erik@home')).toBe('Erik');
  });
});

describe('a contact who calls themselves something else again and again', () => {
  it('is shown by each name, and costs the server no more than a few changes of its list', () => {
    const list = listOf();
    list.loaded([{ address: 'erik@home', name: undefined, subscription: 'both', asked: false }], []);
    let written = 0;
    for (let at = 0; at < 100; at += 1) {
      const nick = `Erik ${at}`;
      const outputs = list.heard({
        tag: 'available',
        from: 'erik@home/desk',
        show: 'online',
        priority: 0,
        capabilities: undefined,
        nick,
      });
      expect(list.nameOf('erik@home')).toBe(nick);
      expect(outputs).toContainEqual({ tag: 'changed' });
      for (const output of outputs)
        if (output.tag === 'name') {
          written += 1;
          // As the server says it back.
          list.pushed([{ address: 'erik@home', name: output.name, subscription: 'both', asked: false }]);
        }
    }
    expect(written).toBe(8);
  });
});
