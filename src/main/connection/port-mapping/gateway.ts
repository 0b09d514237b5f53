import { execFile } from 'node:child_process';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { promisify } from 'node:util';
import { ipv4Octets } from '../../../protocol/ip-address.ts';
import { linuxDefaultRoute } from '../addresses/default-route.ts';
import type { Gateway } from './contract.ts';
import { GATEWAY_DEADLINE_MS } from './deadlines.ts';

const run = promisify(execFile);

/** Whether the interface or one of its addresses is what the system names in its route. */
interface Route {
  readonly gateway: string;
  readonly over: { readonly name: string } | { readonly local: string };
}

/** The router that packets to anywhere go to; undefined where there is none, or the system does not tell. Never rejects. */
export async function defaultGateway(): Promise<Gateway | undefined> {
  try {
    const route = await routeOf(process.platform);
    return route === undefined ? undefined : gatewayOf(route, networkInterfaces());
  } catch {
    return undefined;
  }
}

async function routeOf(platform: NodeJS.Platform): Promise<Route | undefined> {
  if (platform === 'linux') {
    const { name, gateway } = linuxDefaultRoute() ?? {};
    return name === undefined || gateway === undefined ? undefined : { gateway, over: { name } };
  }
  // By their whole paths: nothing of the same name in another folder is started.
  if (platform === 'darwin') return macRouteIn(await printed('/sbin/route', ['-n', 'get', '-inet', 'default']));
  if (platform === 'win32')
    return windowsRouteIn(
      await printed(`${process.env['SystemRoot'] ?? String.raw`C:\Windows`}\\System32\\ROUTE.EXE`, ['print', '-4', '0.0.0.0']),
    );
  return undefined;
}

async function printed(program: string, args: readonly string[]): Promise<string> {
  return (await run(program, args, { timeout: GATEWAY_DEADLINE_MS, windowsHide: true, maxBuffer: 0x1_0000 })).stdout;
}

/** What `route -n get default` prints on macOS. */
export function macRouteIn(text: string): Route | undefined {
  const gateway = /^\s*gateway:\s*([\d.]+)\s*$/m.exec(text)?.[1];
  const name = /^\s*interface:\s*(\w+)\s*$/m.exec(text)?.[1];
  return gateway === undefined || name === undefined ? undefined : { gateway, over: { name } };
}

/** The rows of `route print -4 0.0.0.0` on Windows, whose numbers are the same in every language: destination, mask, gateway, own address, metric. */
export function windowsRouteIn(text: string): Route | undefined {
  const rows = [...text.matchAll(/^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+([\d.]+)\s+([\d.]+)\s+(\d+)\s*$/gm)];
  const [best] = rows.toSorted(([, , , left], [, , , right]) => Number(left) - Number(right));
  const [, gateway, local] = best ?? [];
  return gateway === undefined || local === undefined ? undefined : { gateway, over: { local } };
}

/** The route's gateway with this computer's address in the same network. */
export function gatewayOf({ gateway, over }: Route, interfaces: NodeJS.Dict<NetworkInterfaceInfo[]>): Gateway | undefined {
  const address = ipv4Octets(gateway)?.join('.');
  if (address === undefined) return undefined;
  const named = 'name' in over ? interfaces[over.name] : Object.values(interfaces).flatMap((infos = []) => infos);
  const own = (named ?? []).filter(({ family }) => family === 'IPv4');
  if ('local' in over) return own.some((info) => info.address === over.local) ? { address, local: over.local } : undefined;
  const near = own.find((info) => isNear(info, address)) ?? own[0];
  return near === undefined ? undefined : { address, local: near.address };
}

function isNear({ address, netmask }: NetworkInterfaceInfo, other: string): boolean {
  const mask = numberOf(netmask);
  return (numberOf(address) & mask) === (numberOf(other) & mask);
}

function numberOf(address: string): number {
  return (ipv4Octets(address) ?? []).reduce((number, octet) => (number << 8) | octet, 0);
}
