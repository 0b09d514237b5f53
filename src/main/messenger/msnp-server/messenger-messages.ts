/* What the thread of the hosted messenger and the one that started it say to each other. */
import type { HostedAccount } from '../../../facts/hosting.ts';

export type ToMessenger = { readonly id: number } & (
  | { readonly tag: 'start'; readonly hosts: readonly string[]; readonly port: number; readonly plain: boolean; readonly directory: string }
  | { readonly tag: 'stop' }
  | { readonly tag: 'createAccount'; readonly address: string; readonly friendlyName: string }
  | { readonly tag: 'removeAccount'; readonly address: string }
);

/** An error as data: of its class only the name is left. */
export interface ErrorData {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
  /** Of Node's errors: what the system was asked for. */
  readonly syscall?: string;
}

/** What a request is answered with: the files that were damaged (start), the access token (createAccount), or nothing. */
export type MessengerAnswer =
  | { readonly damaged: readonly { readonly path: string; readonly setAsideAs?: string }[] }
  | { readonly accessToken: string }
  | undefined;

export type FromMessenger =
  | { readonly tag: 'done'; readonly id: number; readonly answer: MessengerAnswer }
  | { readonly tag: 'refused'; readonly id: number; readonly error: ErrorData }
  | { readonly tag: 'state'; readonly addresses: readonly string[]; readonly accounts: readonly HostedAccount[]; readonly key: string }
  | { readonly tag: 'storeError'; readonly error: ErrorData };

export function errorData(error: unknown): ErrorData {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { code, syscall } = error as NodeJS.ErrnoException;
  return {
    name: error.name,
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof syscall === 'string' ? { syscall } : {}),
  };
}
