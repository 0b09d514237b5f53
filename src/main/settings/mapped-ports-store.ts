import * as z from 'zod';
import { MAPPING_SERVICES } from '../../protocol/port-mapping/device-description.ts';
import { openStoredFile, type StoredFile } from './stored-file.ts';

const port = z.int().min(0).max(65_535);
const ipv4 = z.ipv4();
const place = z.strictObject({
  host: ipv4,
  port: port.min(1),
  path: z
    .string()
    .max(1_024)
    .regex(/^\/[\x21-\x7e]*$/),
});

const mapping = z.strictObject({
  by: z.discriminatedUnion('tag', [
    z.strictObject({ tag: z.literal('pcp'), nonce: z.string().length(16) }),
    z.strictObject({ tag: z.literal('natPmp') }),
    z.strictObject({ tag: z.literal('upnp'), service: z.strictObject({ type: z.enum(MAPPING_SERVICES), control: place }) }),
  ]),
  gateway: z.strictObject({ address: ipv4, local: ipv4 }),
  internalPort: port,
  externalPort: port,
  externalAddress: z.string().max(45),
  lifetime: z.int().min(0).max(0xffff_ffff),
  expiresAtMs: z.exactOptional(z.number()),
});

/** Strict: what stands here is said to a router. */
const mappedPortsSchema = z.strictObject({ version: z.literal(1), mappings: z.array(mapping).max(64) });

export type MappedPortsStore = StoredFile<z.infer<typeof mappedPortsSchema>>;

/** Opens `mapped-ports.json`: the doors that a router has opened and nobody has shut yet. */
export function openMappedPorts(path: string): Promise<MappedPortsStore> {
  return openStoredFile<z.infer<typeof mappedPortsSchema>>(path, mappedPortsSchema, { version: 1, mappings: [] });
}
