import { spawn } from 'node:child_process';
import { build } from './build.ts';
import { ensureElectron } from './electron-runtime.ts';
import { root } from './project.ts';
import { ensureSystemPackages, howToInstall } from './system-packages.ts';

const NO_DISPLAY = `Ringback is a desktop program, and this Linux session has no display (DISPLAY and WAYLAND_DISPLAY are not set).
  - at a computer with a screen: start it from a terminal inside the desktop
  - over ssh:                    ssh -X …, then npm start
  - without any screen:          xvfb-run -a npm start   (Debian: apt-get install xvfb xauth)
  - to see what it does:         npm run demo            (makes two displays of its own)`;

const missing = ensureSystemPackages('runtime');
if (missing.length > 0) console.error(`Some system libraries seem to be missing. ${howToInstall(missing)}`);
const electron = await ensureElectron();
await build();
if (process.platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
  console.error(NO_DISPLAY);
  process.exit(1);
}
const flags: string[] = [];
if (process.platform === 'linux' && process.getuid?.() === 0) {
  // Chromium's sandbox refuses to start as root.
  console.error('Running as root: Chromium starts without its sandbox. For daily use, start Ringback as an ordinary user.');
  flags.push('--no-sandbox');
}
// The stand-in is for the tests and the demo: who uses it for more is told so in the window.
const env = electron.source === 'carried' ? { ...process.env, RINGBACK_STAND_IN_ELECTRON: electron.version } : process.env;
const app = spawn(electron.executable, [...flags, root, ...process.argv.slice(2)], { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.kill(signal));
app.on('error', (error) => {
  console.error(`Electron did not start: ${error.message}`);
  process.exit(1);
});
app.on('exit', (code) => process.exit(code ?? 1));
