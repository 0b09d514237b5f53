import { hostname, userInfo } from 'node:os';

/** Log-in names that computers come with: whoever reads one learns nothing of who sits there. */
const TELLS_NOTHING = new Set(
  `root toor user users username admin administrator adminuser administrateur administrador owner guest gast invite default defaultuser0 nobody test
   tester demo me home pc computer laptop desktop localhost ubuntu debian fedora pi centos kali vagrant docker node benutzer utilisateur usuario`
    .split(/\s+/)
    .filter(Boolean),
);

interface System {
  readonly user: () => string | undefined;
  readonly computer: () => string;
}

const SYSTEM: System = { user: systemUser, computer: hostname };

type Env = Readonly<Record<string, string | undefined>>;

/** Where a person has said what they are called. */
interface Said {
  /** In the order of the accounts. */
  readonly accounts: readonly { readonly friendlyName: string }[];
  /** Elsewhere, for whom no account says it; may be empty. */
  readonly ownName: string;
}

/** As the system knows whoever sits here; empty where that would tell nobody who they are. */
export function systemName(env: Env, system: System = SYSTEM): string {
  return [env['USER'], env['USERNAME'], system.user()].find((name) => name !== undefined && tells(name)) ?? '';
}

/**
 * What this person is called in a session and in an invitation file, never empty: as they have said, else as the system knows them, and where that tells
 * nothing, as this computer is called.
 */
export function ownName({ accounts, ownName: said }: Said, env: Env, system: System = SYSTEM): string {
  const names = [accounts[0]?.friendlyName, said, systemName(env, system), system.computer(), env['USER'], env['USERNAME'], system.user()];
  return names.find((name) => name !== undefined && name.trim() !== '') ?? 'localhost';
}

function tells(login: string): boolean {
  const name = login.trim().toLowerCase();
  return name !== '' && !TELLS_NOTHING.has(name.replace(/[\d_.-]+$/, '')) && !TELLS_NOTHING.has(name) && !/^[\d_.-]+$/.test(name);
}

/** Without an entry in the system's list of users (a container), there is none. */
function systemUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}
