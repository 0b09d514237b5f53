import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Program } from '../programs.ts';
import { machineFolder, type ServerPlace, unpacked } from './place.ts';

/** Prosody by Lua 5.4 itself, since its own programs know only where Debian installs them. */
export class Prosody {
  readonly place: ServerPlace;
  private config = '';

  constructor(place: ServerPlace) {
    this.place = place;
  }

  async start(): Promise<Program> {
    this.config = await this.place.fill('prosody/prosody.cfg.lua', {
      RUN_AS_ROOT: 'true',
      C2S_RATE: '200kb/s',
      BY_INVITATION: 'false',
      REGISTRATION_PAUSE: 'nil',
    });
    for (const name of ['prosody', 'prosodyctl']) {
      const script = readFileSync(unpacked(`usr/bin/${name}`), 'utf8');
      writeFileSync(join(this.place.folder, name), script.replaceAll("'/usr/lib/prosody", `'${unpacked('usr/lib/prosody')}`));
    }
    const { clients, directTls, proxy } = this.place.ports;
    return this.place.start(this.lua, [join(this.place.folder, 'prosody'), '-F', '--config', this.config], this.environment, [
      clients,
      directTls,
      proxy,
    ]);
  }

  /** What prosodyctl would do. Rejects with what it says. */
  async control(...command: readonly string[]): Promise<string> {
    return this.place.run(
      this.lua,
      [join(this.place.folder, 'prosodyctl'), '--root', '--config', this.config, ...command],
      this.environment,
    );
  }

  /** Puts `contact` on a list that nobody has open just now. */
  writeRoster(user: string, contact: string): void {
    const folder = join(this.place.folder, 'data', this.place.domain.replaceAll('.', '%2e'), 'roster');
    mkdirSync(folder, { recursive: true });
    const file = join(folder, `${user}.dat`);
    const entry = `["${contact}"] = { ["subscription"] = "both"; ["groups"] = {}; };`;
    let before = 'return {\n[false] = { ["version"] = 1; };\n};\n';
    try {
      before = readFileSync(file, 'utf8');
    } catch {
      // The first one on it.
    }
    writeFileSync(file, before.replace(/\};\n?$/, `${entry}\n};\n`));
  }

  private get lua(): string {
    return unpacked('usr/bin/lua5.4');
  }

  private get environment(): Readonly<Record<string, string>> {
    return {
      LUA_PATH: unpacked('usr/share/lua/5.4/?.lua;;').replaceAll(';;', `;${unpacked('usr/share/lua/5.4/?/init.lua')};;`),
      LUA_CPATH: `${unpacked(`usr/lib/${machineFolder()}/lua/5.4/?.so`)};;`,
    };
  }
}
