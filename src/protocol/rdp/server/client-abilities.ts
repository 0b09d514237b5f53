import type { ClientGraphicsCapabilities } from '../graphics/client-capabilities.ts';

/** What the client can do, as far as the server goes by it. */
export interface ClientAbilities {
  readonly graphics: ClientGraphicsCapabilities;
  readonly pointer: {
    /** New Pointer Update with its 32 bits a pixel; otherwise Color Pointer Update. */
    readonly newPointers: boolean;
    /** Pixels. */
    readonly maxSide: number;
    readonly cacheEntries: number;
  };
}
