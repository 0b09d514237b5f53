import { describe, expect, it } from 'vitest';
import { desktopLayout } from '../../../../src/protocol/rdp/desktop-layout.ts';
import { EARLY_CAPABILITY } from '../../../../src/protocol/rdp/pdu/client-data.ts';
import { decodeMonitorLayout } from '../../../../src/protocol/rdp/pdu/monitor-layout.ts';
import { decodeShareControls, SHARE_CONTROL_TYPE } from '../../../../src/protocol/rdp/pdu/share-control.ts';
import { decodeShareData, PDU_TYPE_2 } from '../../../../src/protocol/rdp/pdu/share-data.ts';
import type { RdpServerOutput } from '../../../../src/protocol/rdp/server/contract.ts';
import type { RdpServer } from '../../../../src/protocol/rdp/server/rdp-server.ts';
import { IO_CHANNEL_ID } from '../../../../src/protocol/rdp/server/server-domain.ts';
import { concat } from '../pdu/arbitrary-bytes.ts';
import { CLIENT_DATA, DESKTOP, joinAll, newServer, sentOn, tags, wire } from './scripted-client.ts';

const TWO = desktopLayout(DESKTOP, [
  { area: { x: 0, y: 0, width: 300, height: 600 }, primary: false },
  { area: { x: 300, y: 0, width: 500, height: 600 }, primary: true },
]);

/** What was sent on the I/O channel, each with the monitors that it names. */
const said = (outputs: readonly RdpServerOutput[]): readonly unknown[] =>
  sentOn(outputs, IO_CHANNEL_ID)
    .slice(0)
    .flatMap((data) => {
      // Licensing has a security header instead.
      if (data[0] === 0x80) return [];
      return decodeShareControls(data).map(({ pduType, body }) => {
        if (pduType !== SHARE_CONTROL_TYPE.data) return pduType;
        const { pduType2, body: told } = decodeShareData(body);
        return pduType2 === PDU_TYPE_2.monitorLayout ? decodeMonitorLayout(told) : `data ${pduType2}`;
      });
    });

/** Waits for `admit`. */
function presented(announces: boolean): RdpServer {
  const server = newServer();
  server.receive(wire.request(), 0);
  server.tlsEstablished();
  const { core } = CLIENT_DATA;
  const earlyCapabilityFlags = core.earlyCapabilityFlags | (announces ? EARLY_CAPABILITY.monitorLayoutPdu : 0);
  server.receive(wire.connectInitial({ ...CLIENT_DATA, core: { ...core, earlyCapabilityFlags } }), 0);
  server.receive(wire.mcs({ tag: 'attachUserRequest' }), 0);
  server.receive(concat([joinAll(), wire.clientInfo()]), 0);
  return server;
}

const activate = (server: RdpServer): RdpServerOutput[] => server.receive(concat([wire.confirmActive(), wire.finalization()]), 0);

describe('the monitors of the desktop', () => {
  it('are said right after Demand Active to a client that reads them, once an activation, one monitor too', () => {
    const server = presented(true);
    expect(said(server.admit(TWO))).toEqual([SHARE_CONTROL_TYPE.demandActive, TWO.monitors]);
    const active = activate(server);
    expect(said(active).filter((one) => typeof one !== 'string')).toEqual([]);
    expect(active.find(({ tag }) => tag === 'active')).toMatchObject({ desktop: TWO });
    const one = [{ area: { x: 0, y: 0, ...DESKTOP }, primary: true }];
    const resized = server.resize(DESKTOP);
    expect(said(resized)).toEqual([SHARE_CONTROL_TYPE.deactivateAll, SHARE_CONTROL_TYPE.demandActive, one]);
    expect(tags(activate(server))).toContain('active');
  });

  it('are nothing to any other client: it is not reactivated for them', () => {
    const server = presented(false);
    expect(said(server.admit(TWO))).toEqual([SHARE_CONTROL_TYPE.demandActive]);
    activate(server);
    expect(server.resize(DESKTOP)).toMatchObject([{ tag: 'active', desktop: DESKTOP }]);
  });

  it('that change during an activation are said in the next one', () => {
    const server = presented(true);
    server.admit(DESKTOP);
    expect(server.resize(TWO)).toEqual([]);
    expect(said(activate(server)).filter((one) => typeof one !== 'string')).toEqual([
      SHARE_CONTROL_TYPE.deactivateAll,
      SHARE_CONTROL_TYPE.demandActive,
      TWO.monitors,
    ]);
  });
});
