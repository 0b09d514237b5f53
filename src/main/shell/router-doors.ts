import type { Clock } from '../clock.ts';
import { defaultGateway } from '../connection/port-mapping/gateway.ts';
import { PortMapping } from '../connection/port-mapping/port-mapping.ts';
import type { Storage } from './storage.ts';

/** Doors at this computer's router, and where they are written down. What an earlier run has left open is shut in the background. */
export function createRouterDoors(clock: Clock, { settings, mappedPorts }: Storage, onStorageError: (error: unknown) => void): PortMapping {
  const doors = new PortMapping({
    clock,
    gateway: defaultGateway,
    enabled: () => settings.value.openRouter,
    record: {
      kept: mappedPorts.value.mappings,
      keep: (mappings) => {
        if (mappings.length === 0 && mappedPorts.value.mappings.length === 0) return;
        mappedPorts.set({ version: 1, mappings: [...mappings] }).catch(onStorageError);
      },
    },
  });
  void doors.recover();
  return doors;
}
