import { systemClock } from '../../../src/main/clock.ts';
import { createInMemoryNetwork } from '../../support/in-memory-messenger.ts';
import { COMPLIANCE_APPLICATIONS, describeCompliance } from './compliance.ts';

describeCompliance('in memory', async () => {
  const network = createInMemoryNetwork({ clock: systemClock });
  return {
    secret: 'accessToken',
    account: async (address, friendlyName) => network.account(address, friendlyName),
    messenger: () => network.messenger({ applications: COMPLIANCE_APPLICATIONS }),
    cutOff: (address) => network.cutOff(address),
    restore: (address) => network.restore(address),
    open: () => network.open,
    close: async () => {},
  };
});
