/* A computer in a home: listens, has the router open a port, and says what became of it. Runs in the home's network. Told by lines: `close`, `quit`. */
import { createInterface } from 'node:readline';
import { systemClock } from '../../src/main/clock.ts';
import { allAddresses, ownAddresses } from '../../src/main/connection/addresses/sources.ts';
import { defaultGateway } from '../../src/main/connection/port-mapping/gateway.ts';
import { unmap } from '../../src/main/connection/port-mapping/mappings.ts';
import { mapByNatPmp } from '../../src/main/connection/port-mapping/port-control.ts';
import { PortMapping } from '../../src/main/connection/port-mapping/port-mapping.ts';
import { prepareTcp } from '../../src/main/connection/ways/tcp/tcp.ts';
import { openMappedPorts } from '../../src/main/settings/mapped-ports-store.ts';

const [file, host, only] = process.argv.slice(2);
if (file === undefined || host === undefined) throw new Error('a file and an address are needed');

const say = (fact: object): void => void process.stdout.write(`${JSON.stringify(fact)}\n`);
const store = await openMappedPorts(file);
const mapping = new PortMapping({
  clock: systemClock,
  gateway: defaultGateway,
  enabled: () => true,
  record: {
    kept: store.value.mappings,
    keep: (mappings) => void store.set({ version: 1, mappings: [...mappings] }).then(() => say({ kept: mappings.length })),
  },
});
if (only === 'natPmp') {
  // A gateway that knows PCP is never asked by the older protocol: here it is.
  const gateway = await defaultGateway();
  if (gateway === undefined) throw new Error('no gateway');
  const asking = { clock: systemClock, signal: new AbortController().signal };
  const mapped = await mapByNatPmp(gateway, { internalPort: 40_000, externalPort: 40_000, lifetime: 600 }, asking);
  say({ addresses: [{ host: mapped.externalAddress, port: mapped.externalPort }] });
  await new Promise((resolve) => process.stdin.once('data', resolve));
  await unmap(mapped, asking);
  process.exit(0);
}
await mapping.recover();
say({ recovered: store.value.mappings.length });
mapping.prepare([host]);
const way = await prepareTcp({
  offers: true,
  clock: systemClock,
  signal: new AbortController().signal,
  listenHosts: () => [host],
  addresses: allAddresses([mapping, ownAddresses], systemClock),
  signals: { send: () => undefined, onMessage: () => undefined },
  found: (carrier) => {
    say({ came: carrier.remote, mapped: carrier.mapped === true });
    carrier.duplex.destroy();
  },
  missed: () => undefined,
  exhausted: () => undefined,
});
say({ addresses: way.adds.addresses.filter((address) => address.host !== host), noDoor: way.noDoor ?? null });
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'close') await way.close();
  if (line === 'quit') break;
}
await mapping.close();
await store.flush();
process.exit(0);
