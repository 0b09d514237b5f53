import { systemClock } from '../../../src/main/clock.ts';
import { XmppMessenger } from '../../../src/main/messenger/xmpp/xmpp-messenger.ts';
import { MemoryXmpp } from '../../support/memory-xmpp.ts';
import { COMPLIANCE_APPLICATIONS, describeCompliance } from './compliance.ts';

describeCompliance('XMPP, without a server', async () => {
  const server = new MemoryXmpp();
  return {
    secret: 'password',
    discreet: true,
    async account(address, friendlyName) {
      server.register(address, `secret of ${address}`);
      return { transport: 'xmpp', address, friendlyName, password: `secret of ${address}` };
    },
    messenger: () =>
      new XmppMessenger(
        'xmpp',
        { clock: systemClock, random: Math.random, applications: COMPLIANCE_APPLICATIONS },
        { open: server.openStream },
      ),
    cutOff: (address) => server.cutOff(address),
    restore: (address) => server.restore(address),
    open: () => server.open,
    close: async () => {},
  };
});
