/*
 * Programs whose arguments are programs. A registered line that starts one would run whatever its later words say, so that a question about the line
 * would no longer tell what is run.
 */

const namesIn = (...lines: readonly string[]): readonly string[] => lines.flatMap((line) => line.split(' '));

/** Shells and interpreters of languages: each takes a program as an argument, or from a file that another program may have written. */
const INTERPRETERS = namesIn(
  'sh ash bash csh dash elvish fish ksh mksh nu oksh rbash rc tcsh xonsh yash zsh',
  'cmd command powershell powershell_ise pwsh pwsh-preview wsl mshta cscript wscript rundll32 regsvr32 osascript',
  'awk gawk mawk nawk bun deno electron erl escript gjs guile iex ipython irb jshell julia lua luajit node nodejs ocaml octave perl php php-cgi',
  'pypy python pythonw py pyw qjs racket raku rscript ruby rubyw sbcl tclsh ts-node tsx wish groovy',
);

/** What runs the program that its arguments name, at once or on some occasion, here or elsewhere; debuggers and editors among them. */
const LAUNCHERS = namesIn(
  'at batch bwrap busybox chroot chrt dbus-launch dbus-run-session doas entr env exec expect fakeroot find firejail flatpak flatpak-spawn flock gdb gio',
  'gksu gksudo gtk-launch ionice kdesu launchctl lldb ltrace machinectl make nc ncat netcat nice nohup npm npx nsenter open parallel pkexec prlimit proot',
  'proxychains rlwrap rsh rsync run-parts runuser schroot screen script sed setarch setpriv setsid sg snap socat ssh start-stop-daemon stdbuf strace su sudo',
  'systemd-run tar taskset time timeout tmux torsocks toybox unbuffer unshare valgrind watch xargs xdg-open xvfb-run git zip ex vi view vim nvim emacs',
  'bitsadmin certutil cmstp conhost control explorer forfiles hh installutil mmc msbuild msdt msiexec odbcconf pcalua psexec reg regasm regedit regsvcs runas',
  'sc schtasks start wmic wt',
);

/** Windows for a shell, which take a command of their own. */
const TERMINALS = namesIn(
  'alacritty aterm cool-retro-term deepin-terminal eterm foot ghostty gnome-terminal guake iterm2 kgx kitty konsole lxterm lxterminal mate-terminal mlterm',
  'ptyxis qterminal rxvt rxvt-unicode sakura st terminal terminator terminology tilda tilix urxvt urxvtc uxterm wezterm windowsterminal x-terminal-emulator',
  'xfce4-terminal xterm yakuake',
);

/** `python3.12` is `python`, `rundll32` is `rundll`. */
const withoutVersion = (name: string): string => name.replace(/[-_.]?\d[\d._-]*[a-z]?$/, '');

const interpreters: ReadonlySet<string> = new Set(INTERPRETERS.map(withoutVersion));
const others: ReadonlySet<string> = new Set([...INTERPRETERS, ...LAUNCHERS, ...TERMINALS].map(withoutVersion));

/** A program's name as both systems find it, without its version: `/usr/bin/Python3.12`, `PYTHON.EXE` and `C:\x\python.exe. ` are `python`. */
function plainName(word: string): string {
  const name = word.split(/[\\/]/).at(-1) ?? '';
  const bare = name.toLowerCase().replace(/[. ]+$/, '');
  return withoutVersion(bare.replace(/\.(?:exe|com|scr|pif|app)$/, ''));
}

/** Whether a program of this name or path runs what its arguments say. */
export function runsOthers(program: string): boolean {
  return others.has(plainName(program));
}

/**
 * Whether a later word names a shell or an interpreter, alone or as an option's value: a launcher that is in no list would run it. A word that is a line of its
 * own counts by its first word.
 */
export function namesInterpreter(word: string): boolean {
  const [first = ''] = word.trim().split(' ');
  return [first, first.slice(first.indexOf('=') + 1)].some((name) => interpreters.has(plainName(name)));
}
