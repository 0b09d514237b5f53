/* What the program runs in, where that protects less than it should. Knows no Electron. */
import { LaunchError } from './command-line.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Switches of Chromium under which a page that is taken over is no longer kept apart from the computer. */
const WITHOUT_SANDBOX = ['no-sandbox', 'single-process', 'disable-seccomp-filter-sandbox'];

/** For machines without any sandbox that test the package: a container as root, say. Nothing that is installed sets it. */
const ALLOWED_BY = 'RINGBACK_WITHOUT_SANDBOX';

/**
 * A packaged program runs with its sandbox or not at all: in a terminal somebody may know what they leave out, behind an icon nobody does.
 * @throws LaunchError NO_SANDBOX
 */
export function requireSandbox(packaged: boolean, hasSwitch: (name: string) => boolean, env: Env): void {
  if (!packaged || env[ALLOWED_BY] === '1') return;
  const given = WITHOUT_SANDBOX.find(hasSwitch);
  if (given !== undefined) throw new LaunchError('NO_SANDBOX', `--${given}`);
}

/** What a person is told of an Electron that stands in for the right one, which could not be downloaded (scripts/start.ts says so). */
export function runtimeNotices(
  env: Env,
): readonly { readonly kind: 'warning'; readonly key: string; readonly values: Readonly<Record<string, string>> }[] {
  const version = env['RINGBACK_STAND_IN_ELECTRON'] ?? '';
  return /^\d+\.\d+\.\d+$/.test(version) ? [{ kind: 'warning', key: 'notice.standInElectron', values: { version } }] : [];
}
