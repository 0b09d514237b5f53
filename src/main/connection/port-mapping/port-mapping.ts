import type { NoDoor } from '../../../protocol/assistance/status.ts';
import { scopeOf } from '../../../protocol/ip-address.ts';
import type { Clock } from '../../clock.ts';
import type { AddressSource, KnownAddresses } from '../addresses/contract.ts';
import { type Gateway, type Mapping, RouterError } from './contract.ts';
import { LEASE_S, OPEN_DEADLINE_MS, TAKE_BACK_DEADLINE_MS } from './deadlines.ts';
import { type Lease, Leases, type MappingRecord } from './leases.ts';
import { checkOutside } from './outside.ts';
import { mapOnFirst, RouterSearch } from './router-search.ts';

/** Ports up to here are never asked for. */
const HIGHEST_RESERVED_PORT = 1024;

export interface PortMappingDeps {
  readonly clock: Clock;
  /** Undefined where packets to anywhere go to no router of IPv4. */
  readonly gateway: () => Promise<Gateway | undefined>;
  /** The person lets the router open a door. */
  readonly enabled: () => boolean;
  readonly record: MappingRecord;
}

/**
 * A source of addresses: the router opens a port that leads to a listener here. It is looked for when an invitation goes out, and asked when something
 * listens; the door is open until the addresses are closed (docs/decisions/0046).
 */
export class PortMapping implements AddressSource {
  private readonly deps: PortMappingDeps;
  private readonly over = new AbortController();
  private readonly search: RouterSearch;
  private readonly leases: Leases;
  private readonly opening = new Set<Promise<void>>();

  constructor(deps: PortMappingDeps) {
    this.deps = deps;
    this.search = new RouterSearch({ clock: deps.clock, signal: this.over.signal });
    this.leases = new Leases(deps.clock, deps.record);
  }

  prepare(listenHosts: readonly string[]): void {
    const look = async (): Promise<void> => {
      const gateway = await this.deps.gateway();
      if (gateway !== undefined && isWanted(gateway, listenHosts)) void this.search.begin(gateway, true);
    };
    if (this.deps.enabled()) void look().catch(() => undefined);
  }

  async addressesOf(listening: Parameters<AddressSource['addressesOf']>[0]): Promise<KnownAddresses> {
    if (!this.deps.enabled()) return none('off');
    const gateway = await this.deps.gateway().catch(() => undefined);
    if (gateway === undefined) return none('noRouter');
    const at = listening.find(({ host }) => host === gateway.local);
    // Whoever listens on an address of the world needs no door, and whoever listens elsewhere has none there.
    if (at === undefined || at.port <= HIGHEST_RESERVED_PORT || !isWanted(gateway, [at.host])) return none();
    return this.open(gateway, at.port);
  }

  /** Takes back what an earlier run has left. Never rejects. */
  async recover(): Promise<void> {
    await this.leases.recover(() => this.deps.gateway().catch(() => undefined));
  }

  /** Takes everything back, and waits {@link TAKE_BACK_DEADLINE_MS} for the router at most. */
  close(): Promise<void> {
    this.over.abort();
    return new Promise((resolve) => {
      const cancel = this.deps.clock.after(TAKE_BACK_DEADLINE_MS, resolve);
      const takeBack = async (): Promise<void> => {
        // What is being asked for just now would stay open otherwise.
        await Promise.all(this.opening);
        await this.leases.close();
        cancel();
        resolve();
      };
      void takeBack();
    });
  }

  /** A router that takes longer than the ticket can wait has its door closed again. */
  private open(gateway: Gateway, port: number): Promise<KnownAddresses> {
    return new Promise((resolve) => {
      let late = false;
      let why: NoDoor = 'noRouter';
      const cancel = this.deps.clock.after(OPEN_DEADLINE_MS, () => {
        late = true;
        resolve(none(why));
      });
      const settle = async (): Promise<void> => {
        try {
          const lease = await this.lease(gateway, port, (error) => {
            why = reasonOf(error);
          });
          const { externalAddress: host, externalPort } = lease.mapping;
          if (late) lease.close();
          else resolve({ addresses: [{ host, port: externalPort, origin: 'mapped' }], close: () => Promise.resolve(lease.close()) });
        } catch (error) {
          resolve(none(reasonOf(error)));
        } finally {
          cancel();
        }
      };
      const settling = settle();
      this.opening.add(settling);
      void settling.then(() => this.opening.delete(settling));
    });
  }

  private async lease(gateway: Gateway, port: number, refused: (error: RouterError) => void): Promise<Lease> {
    const { clock } = this.deps;
    // Not cut short at the end: nobody would know then whether the door is open.
    const asking = { clock, signal: new AbortController().signal };
    const wish = { internalPort: port, externalPort: port, lifetime: LEASE_S };
    const mapping = await mapOnFirst(this.search.begin(gateway), wish, asking, (granted) => this.check(granted), refused);
    const lease = this.leases.hold(mapping);
    if (this.over.signal.aborted) lease.close();
    return lease;
  }

  /** What nobody can reach is given back at once: PCP tells the address outside with the mapping and not before. */
  private check(mapping: Mapping): void {
    try {
      checkOutside(mapping.externalAddress);
    } catch (error) {
      this.leases.hold(mapping).close();
      throw error;
    }
  }
}

function isWanted({ local }: Gateway, listenHosts: readonly string[]): boolean {
  return listenHosts.includes(local) && scopeOf(local) !== 'global';
}

function reasonOf(error: unknown): NoDoor {
  if (!(error instanceof RouterError)) return 'noRouter';
  return error.code === 'useless' ? 'doubleNat' : 'refused';
}

function none(noDoor?: NoDoor): KnownAddresses {
  return { addresses: [], close: () => Promise.resolve(), ...(noDoor === undefined ? {} : { noDoor }) };
}
